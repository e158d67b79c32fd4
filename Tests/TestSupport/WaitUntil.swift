/// Waits until a condition holds; only the time limit of the test ends the wait otherwise.
package func waitUntil(_ condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(2)) }
}
