import HTML

/// The site's icons, 24 × 24 units, in the colour of the text around them. A page contains every shape once,
/// in a sprite, and each use of an icon refers to it.
enum Icon: String, CaseIterable {
    case home, search, explore, heart, heartFull, create, comment, share, save, saveFull, more, close
    case left, right, many, person, theme, play

    /// The icon, hidden from screen readers: it is beside text, or in a control that has a label.
    var html: HTML {
        ##"<svg class="icon" aria-hidden="true"><use href="#icon-\##(rawValue)"></use></svg>"##
    }

    /// The hidden SVG sprite with the shapes of all icons, at the top of every page.
    static let sprite: HTML = {
        let symbols = allCases.map { icon -> HTML in
            """
            <symbol id="icon-\(icon.rawValue)" viewBox="0 0 24 24" \
            fill="\(icon.isFilled ? "currentColor" : "none")" stroke="currentColor" stroke-width="2" \
            stroke-linecap="round" stroke-linejoin="round"><path d="\(icon.path)"></path></symbol>
            """
        }
        return #"<svg class="sheet" aria-hidden="true" width="0" height="0">\#(symbols)</svg>"#
    }()

    private var isFilled: Bool { self == .heartFull || self == .saveFull || self == .play }

    private var path: String {
        switch self {
        case .home: "M4 10.5 12 4l8 6.500V20h-5.500v-5.500h-5V20H4z"
        case .search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20 20"
        case .explore: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15.500 8.500l-2 5-5 2 2-5z"
        case .heart, .heartFull:
            """
            M12 20S3.500 15 3.500 9.200A4.700 4.700 0 0 1 12 6.500a4.700 4.700 0 0 1 8.500 2.700\
            C20.500 15 12 20 12 20z
            """
        case .create:
            """
            M7 3.500h10A3.500 3.500 0 0 1 20.500 7v10a3.500 3.500 0 0 1-3.500 3.500H7\
            A3.500 3.500 0 0 1 3.500 17V7A3.500 3.500 0 0 1 7 3.500zM12 8v8M8 12h8
            """
        case .comment: "M12 4a8.300 8 0 0 0-7.200 12L4 20l4.200-.9A8.300 8 0 1 0 12 4z"
        case .share: "M12 15V4M8 7.500 12 4l4 3.500M5 12v6.500h14V12"
        case .save, .saveFull: "M6.500 4h11v16L12 15.500 6.500 20z"
        case .more: "M4 7h16M4 12h16M4 17h16"
        case .close: "M6 6l12 12M18 6 6 18"
        case .left: "M14.500 6l-6 6 6 6"
        case .right: "M9.500 6l6 6-6 6"
        case .many: "M8 4h12v12H8zM4 8v12h12"
        case .person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20.500a7.500 6 0 0 1 15 0"
        case .theme:
            """
            M12 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM12 2.500v1.500M12 20v1.500M2.500 12H4M20 \
            12h1.500\
            M5.300 5.300l1 1M17.700 17.700l1 1M5.300 18.700l1-1M17.700 6.300l1-1
            """
        case .play: "M8 5.500v13l11-6.500z"
        }
    }
}
