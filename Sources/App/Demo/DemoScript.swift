/// The names and texts of the demo community.
enum DemoScript {
    struct Person {
        let username: String
        let fullName: String
        let bio: String
        let pronouns: String
    }

    /// The username of the account that visitors use.
    static let visitor = "visitor"

    static let people: [Person] = [
        Person(
            username: visitor, fullName: "Demo Visitor",
            bio: "Like, follow, look around. You can’t break anything.",
            pronouns: ""),
        Person(
            username: "mira.lindqvist", fullName: "Mira Lindqvist",
            bio: "Coffee first. Film cameras second. #analog",
            pronouns: "she/her"),
        Person(
            username: "tomas", fullName: "Tomás Ferreira", bio: "Night skies from a cold balcony",
            pronouns: "he/him"),
        Person(username: "yuki_n", fullName: "中村 雪", bio: "猫と宇宙 · cats and space", pronouns: ""),
        Person(
            username: "abena", fullName: "Abena Owusu",
            bio: "Engineer of small rockets, owner of one large cat",
            pronouns: "she/her"),
        Person(
            username: "leo.marchetti", fullName: "Leo Marchetti", bio: "Barista in Torino",
            pronouns: "he/they"),
        Person(
            username: "noor", fullName: "Noor Haddad",
            bio: "I photograph breakfast and anything that launches",
            pronouns: "she/her"),
        Person(
            username: "pavel", fullName: "Pavel Novák", bio: "Long exposures, short captions", pronouns: ""),
        Person(
            username: "freya", fullName: "Freya Sørensen", bio: "Red. Mostly red. #colour",
            pronouns: "they/them"),
        Person(username: "imran", fullName: "Imran Qureshi", bio: "Learning to see", pronouns: "he/him"),
        Person(username: "chloe.b", fullName: "Chloé Bernard", bio: "Chats, cafés, ciels", pronouns: "elle"),
        Person(
            username: "oskar", fullName: "Oskar Wiśniewski",
            bio: "Collector of lunar dust (the photographs of it)", pronouns: ""),
    ]

    /// Captions by the name of the photo.
    static let captions: [String: [String]] = [
        "astronaut": [
            "Suit up. #space", "That smile before the countdown #astronaut",
            "Portrait practice, orange on blue #portrait",
            "Two flags and a dream", "Close-up: the details of a suit #detail",
            "“Ready when you are.” #space",
            "Colour study no. 4 #colour", "For @abena, who asked for more of this one",
            "Helmet off, hair perfect",
            "Orange is a mood #colour", "Studio light, studio patience #portrait",
            "Reprint from the archive #analog",
        ],
        "cat": [
            "She heard the fridge. #cat", "Judging you since 7 a.m. #cat #morning",
            "Eyes like two small planets",
            "The softest paparazzo #catsofisntgram", "Not amused, @leo.marchetti", "Whisker macro #detail",
            "Waiting for the sun to reach the sofa #cat", "Portrait of a landlord",
            "Ears: listening. Cat: not.",
            "Window seat, always #morning", "Le chat du samedi #cat", "Nose. #detail",
        ],
        "coffee": [
            "First cup. #coffee #morning", "Torino, as it should be #coffee #torino",
            "Red cup, red table, good day #colour",
            "Un espresso, grazie #espresso", "What’s left after a long talk", "Spoon study #detail",
            "Coffee with @mira.lindqvist, who paid #coffee", "Steam is hard to photograph",
            "The good corner of the café #torino",
            "Second cup. Do not ask about the third. #coffee", "Light from the left, sugar from the right",
            "Crema ☕️ #espresso",
        ],
        "hubble": [
            "Every dot a galaxy. #space #hubble", "Cropped from the deep field #hubble",
            "The quiet part of the sky #night",
            "I count eleven spirals. You?", "Light older than the Earth #space",
            "Blue ones are young, red ones are far #hubble",
            "Zoom until it’s only questions", "For the wall above my desk #print",
            "Tiny smudge, top left: my favourite",
            "Noise? No. Galaxies. #night", "Deep field, deep breath #space",
            "Perspective, once a week #hubble",
        ],
        "rocket": [
            "T minus zero. #launch", "Long exposure, long road #launch #night",
            "It shook the car, 12 km away",
            "One line drawn by fire #launch", "We waited four hours for ninety seconds",
            "Reflections before the noise arrives",
            "Blue hour, white flame #night", "@tomas look, no clouds!",
            "The pier was full of strangers who all said wow",
            "Shutter open, mouth open #launch", "Go, go, go 🚀 #space", "Last light over the pad #sunset",
        ],
    ]

    static let comments = [
        "Beautiful light.", "I could look at this all day", "Where was this?", "The colours! 😍", "Wow.",
        "Print this one!",
        "That crop is perfect", "Makes me want to go there", "So calm", "How did you get this close?",
        "Instant favourite",
        "The little details 👌", "More of these please", "This made my morning", "Magnifique !", "すてき",
        "Love the mood here",
    ]
    static let replies = [
        "Thank you!", "Took a while, worth it", "Phone, believe it or not", "Come along next time", "❤️",
    ]
    static let places = ["", "", "Torino", "Cape Canaveral", "Lisbon", "Kyoto", "Copenhagen", "Accra", ""]
}
