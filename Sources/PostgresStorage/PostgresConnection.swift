import CPostgres
import Storage

/// The connection of a transaction, which uses a session of the pool.
struct PostgresConnection: Connection {
    let session: PostgresSession
    var dialect: Dialect { .postgres }

    func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T] {
        try session.execute(sql) { result in
            let count = PQntuples(result)
            var values: [T] = []
            values.reserveCapacity(Int(count))
            for number in 0..<count {
                var reader = RowReader(PostgresRow(result: result, number: number))
                values.append(try make(&reader))
            }
            return values
        }
    }

    func run(_ sql: SQL) throws -> Int {
        try session.execute(sql) { result in
            // For a query, the command tag contains the number of rows that were read, but it changed no
            // rows.
            guard !String(cString: PQcmdStatus(result)).hasPrefix("SELECT") else { return 0 }
            return Int(String(cString: PQcmdTuples(result))) ?? 0
        }
    }

    func script(_ text: String) throws { try session.command(text) }
}
