package dev.dpo4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a kill left in the database. Looked up in a copy of its file, so that opening the real one is left to the service.
 *
 * @param messages the job's events, in order
 * @param unclaimedBlobs blobs, finished or not, that nothing refers to: a checkpoint was being written
 */
record Autopsy(List<String> messages, int unclaimedBlobs) {

    /** To be called while the service is dead. */
    static Autopsy of(Path home, String jobId) throws IOException, SQLException {
        Path copy = Files.createTempDirectory(home, "autopsy").resolve("dpo4j");
        Files.copy(home.resolve("db/dpo4j.mv.db"), Path.of(copy + ".mv.db"));
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + copy + ";IFEXISTS=TRUE", "sa", "")) {
            return new Autopsy(
                    strings(connection, "select message from job_event where job_id = ? order by sequence", jobId),
                    strings(connection, """
                            select id from blob_manifest where id not in (
                                select blob_id from stored_file
                                union select weights_blob from job_checkpoint
                                union select optimizer_blob from job_checkpoint
                                union select weights_blob from tuned_model)
                            """).size());
        }
    }

    boolean lastStepWas(int step) {
        return has("Step " + step + ":") && !has("Step " + (step + 1) + ":");
    }

    boolean has(String beginning) {
        return messages.stream().anyMatch(message -> message.startsWith(beginning));
    }

    private static List<String> strings(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            List<String> strings = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    strings.add(rows.getString(1));
                }
            }
            return strings;
        }
    }
}
