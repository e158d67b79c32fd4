/// Waits for something that will be so soon; a test's time limit ends it otherwise.
package func until(_ condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(2)) }
}
