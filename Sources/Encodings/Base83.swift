/// Numbers in base 83, the notation of blurhashes
/// (https://github.com/woltapp/blurhash/blob/master/Algorithm.md).
package enum Base83 {
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

    /// The value of each ASCII character as a digit; nil for other characters.
    private static let values: [Int?] = {
        var values = [Int?](repeating: nil, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = value }
        return values
    }()

    /// Returns the last `length` digits of a number.
    package static func encode(_ value: Int, length: Int) -> String {
        var rest = value
        var text: [UInt8] = []
        for _ in 0..<length {
            text.append(digits[rest % 83])
            rest /= 83
        }
        return String(decoding: text.reversed(), as: UTF8.self)
    }

    /// Returns the number that the digits stand for, or nil if a character is not a digit.
    package static func decode(_ text: some Sequence<UInt8>) -> Int? {
        var number = 0
        for byte in text {
            guard let value = values[Int(byte)] else { return nil }
            number = number * 83 + value
        }
        return number
    }

    package static func isValid(_ text: some Sequence<UInt8>) -> Bool {
        text.allSatisfy { values[Int($0)] != nil }
    }
}
