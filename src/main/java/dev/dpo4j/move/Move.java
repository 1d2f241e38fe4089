package dev.dpo4j.move;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the embedded file, and the blobs' files beside it, to the configured database. The files stay as they are. */
final class Move {

    private static final Logger log = LoggerFactory.getLogger(Move.class);

    private Move() {}

    static void run(EmbeddedFile source, Target target) throws SQLException, IOException {
        String url = target.settings().getRequiredProperty("spring.datasource.url");
        if (url.startsWith("jdbc:h2:")) {
            throw new MoveException(
                    "\"move\" goes from the embedded database to another one, and no other one is configured. Set SPRING_DATASOURCE_URL, as in jdbc:postgresql://host/dpo4j, and its user name and password.");
        }
        try (Connection from = source.read();
                Connection to = target.migrated()) {
            new DatabaseCopy(from, new BlobsInFiles(from, source.blobs()), to).run();
            log.info(
                    "Moved {} to {}, database {}. The file is as it was, and so is {}: keep both until the service has run on the new one",
                    source.file(),
                    to.getMetaData().getDatabaseProductName(),
                    to.getCatalog(),
                    source.blobs());
        }
    }
}
