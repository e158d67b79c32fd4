/// The photographs that the demo community is made of, embedded in the program. All are in the public domain or CC0; the
/// credits are in the README beside them.
package enum DemoPhotos {
    /// Each by its name, as JPEG.
    package static let all: [(name: String, bytes: [UInt8])] = [
        ("astronaut", PackageResources.astronaut_jpg), ("cat", PackageResources.cat_jpg),
        ("coffee", PackageResources.coffee_jpg), ("hubble", PackageResources.hubble_jpg),
        ("rocket", PackageResources.rocket_jpg),
    ]
}
