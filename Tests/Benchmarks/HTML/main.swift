import HTML

/// A post card as in the feed. The benchmark measures how long a page of thirty takes on one core.
struct Card {
    let id: Int
    let author = "ada.lovelace"
    let caption = "Coffee & “cake” in Turin, <3 the light #coffee @grace"
    let file = "/media/9c/9c16b7b33448cce56a6014804ead3f4f/"
    let token: HTML =
        #"<input type="hidden" name="csrf" value="A5wY2yc-AN97DZ1jpgt_Yb-1kvJElPGcx9jYtT7kK-Q">"#

    var html: HTML {
        """
        <article class="card" id="post-\(id)"><header class="card-head">\
        <a class="name" href="\(url: "/" + author)">\(author)</a></header>
        <img src="\(url: file + "1080.jpg")" \
        srcset="\(file + "1440.jpg 1440w, " + file + "1080.jpg 1080w, " + file + "640.jpg 640w")" \
        sizes="(min-width: 518px) 470px, 100vw" width="1080" height="810" alt="\(caption)" \
        \(when: id > 0, #"loading="lazy""#)>
        <form method="post" action="\(url: "/p/N7cL6W3o-7/like")">\(token)\
        <button class="plain">♡ Like</button></form>
        <p class="likes">\(id) likes</p><p class="caption"><a class="name" href="\(url: "/" + author)">\
        \(author)</a> \(caption)</p>
        </article>
        """
    }
}

let cards = (0..<30).map { Card(id: $0) }
let clock = ContinuousClock()
var byteCount = 0
let durations = (0..<2000).map { _ in
    clock.measure {
        let page: HTML = "<main>\(cards.map(\.html))</main>"
        byteCount = page.bytes.count
    }
}
let median = durations.sorted()[durations.count / 2] / .microseconds(1)
print("30 post cards, \(byteCount) bytes: \(median) µs, the median of \(durations.count)")
