// swift-tools-version: 6.2
import PackageDescription

/// The compiler settings of every target.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "isntgram",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "isntgram", targets: ["App"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms.git", from: "1.0.0"),
        .package(url: "https://github.com/CoreOffice/XMLCoder.git", from: "0.17.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "App",
            dependencies: [
                "API", "CMalloc", "Core", "DemoPhotos", "Imaging", "MediaStorage", "PostgresStorage",
                "SQLiteStorage", "Seeding", "Storage", "Web", "Website",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["GROWING.md", "README.md"], swiftSettings: strict),
        .target(
            name: "Website",
            dependencies: [
                "CQREncode", "CZlib", "Core", "Encodings", "HTML", "Web", "WebsiteAssets",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            exclude: ["Assets", "README.md"], swiftSettings: strict),
        .target(
            name: "WebsiteAssets", path: "Sources/Website/Assets",
            resources: [
                .embedInCode("app.js"), .embedInCode("enhance.js"), .embedInCode("composer.js"),
                .embedInCode("dialogs.js"),
                .embedInCode("editor.js"), .embedInCode("favicon.svg"), .embedInCode("forms.js"),
                .embedInCode("icon-192.png"),
                .embedInCode("icon-512.png"), .embedInCode("keys.js"), .embedInCode("limits.js"),
                .embedInCode("live.js"),
                .embedInCode("offline.js"),
                .embedInCode("pages.js"), .embedInCode("photo-format.js"), .embedInCode("photos.js"),
                .embedInCode("scroll.js"),
                .embedInCode("search.js"),
                .embedInCode("share.js"), .embedInCode("sign-out.js"), .embedInCode("suggest.js"),
                .embedInCode("service-worker.js"), .embedInCode("times.js"), .embedInCode("toast.js"),
            ], swiftSettings: strict, plugins: ["StylesheetPlugin"]),
        .plugin(
            name: "StylesheetPlugin", capability: .buildTool(), dependencies: ["StylesheetTool"],
            path: "Sources/StylesheetPlugin"),
        .executableTarget(name: "StylesheetTool", swiftSettings: strict),
        .target(
            name: "DemoPhotos", exclude: ["README.md"],
            resources: ["astronaut", "cat", "coffee", "hubble", "rocket"].map { .embedInCode("\($0).jpg") },
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "Core", "MediaStorage", "Web", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "CZlib", "Core", "Encodings", "MediaStorage", "Storage",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Core",
            dependencies: [
                "CArgon2", "Encodings", "Imaging", "MediaStorage", "Storage",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "SQLiteStorage",
            dependencies: [
                "Storage", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "PostgresStorage",
            dependencies: ["CPostgres", "Storage", .product(name: "NIOPosix", package: "swift-nio")],
            swiftSettings: strict),
        .target(name: "Storage", swiftSettings: strict),
        .target(
            name: "MediaStorage",
            dependencies: [
                "Encodings",
                .product(name: "XMLCoder", package: "XMLCoder"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Imaging",
            dependencies: [
                "CSandbox", "Encodings", .target(name: "CSeccomp", condition: .when(platforms: [.linux])),
                "CVips", "CZlib",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["README.md"], swiftSettings: strict),
        .target(name: "HTML", swiftSettings: strict),
        .target(name: "Encodings", swiftSettings: strict),
        .target(name: "Seeding", dependencies: ["Core", "Encodings", "Storage"], swiftSettings: strict),
        .target(name: "CVips"),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CSandbox"),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(
            name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "TestSupport",
            dependencies: [
                "Core", "Imaging", "MediaStorage", "PostgresStorage", "SQLiteStorage", "Storage",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "StorageContract", dependencies: ["Storage"], path: "Tests/StorageContract",
            swiftSettings: strict),
        .testTarget(
            name: "SQLiteStorageTests",
            dependencies: ["SQLiteStorage", "Storage", "StorageContract", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresStorageTests",
            dependencies: ["PostgresStorage", "Storage", "StorageContract", "TestSupport"],
            swiftSettings: strict),
        .executableTarget(
            name: "HTMLBenchmark", dependencies: ["HTML"], path: "Tests/Benchmarks/HTML",
            swiftSettings: strict),
        .testTarget(name: "HTMLTests", dependencies: ["HTML", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "StylesheetTests", dependencies: ["StylesheetTool"], swiftSettings: strict),
        .executableTarget(
            name: "ConfinementProbe", dependencies: ["Imaging"], path: "Tests/ConfinementProbe",
            swiftSettings: strict),
        .testTarget(
            name: "ImagingTests", dependencies: ["App", "ConfinementProbe", "Imaging", "TestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "MediaStorageTests",
            dependencies: [
                "MediaStorage", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CoreTests",
            dependencies: [
                "App", "Core", "Encodings", "MediaStorage", "SQLiteStorage", "Seeding", "Storage",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "App", "Core", "MediaStorage", "Storage", "TestSupport", "Web",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            resources: [.process("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "SiteTests",
            dependencies: [
                "API", "App", "Core", "Imaging", "MediaStorage", "SQLiteStorage", "Seeding", "Storage",
                "TestSupport",
                "Web", "Website",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
    ]
)
