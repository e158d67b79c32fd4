/// The photos of the demo community, embedded in the program. All are in the public domain or CC0. The README
/// in this folder has the credits.
package enum DemoPhotos {
    /// The JPEG files by name.
    package static let all: [(name: String, bytes: [UInt8])] = [
        ("astronaut", PackageResources.astronaut_jpg), ("cat", PackageResources.cat_jpg),
        ("coffee", PackageResources.coffee_jpg), ("hubble", PackageResources.hubble_jpg),
        ("rocket", PackageResources.rocket_jpg),
    ]
}
