package dev.dpo4j.move;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the embedded file to the configured database. The file stays as it is. */
final class Move {

    private static final Logger log = LoggerFactory.getLogger(Move.class);

    private Move() {}

    static void run(EmbeddedFile source, Target target) throws SQLException {
        String url = target.settings().getRequiredProperty("spring.datasource.url");
        if (url.startsWith("jdbc:h2:")) {
            throw new MoveException(
                    "\"move\" goes from the embedded database to another one, and no other one is configured. Set SPRING_DATASOURCE_URL, as in jdbc:postgresql://host/dpo4j, and its user name and password.");
        }
        try (Connection from = source.read();
                Connection to = target.migrated()) {
            new DatabaseCopy(from, to).run();
            log.info(
                    "Moved {} to {}, database {}. The file is as it was: keep it until the service has run on the new one",
                    source.file(),
                    to.getMetaData().getDatabaseProductName(),
                    to.getCatalog());
        }
    }
}
