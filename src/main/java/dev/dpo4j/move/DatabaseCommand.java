package dev.dpo4j.move;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the jar does instead of serving when its first argument says so: {@code move} copies the embedded database into the configured
 * one, {@code compact} makes its file smaller. Settings are given as for the service.
 */
public final class DatabaseCommand {

    private static final Logger log = LoggerFactory.getLogger(DatabaseCommand.class);

    private static final int DONE = 0;
    private static final int FAILED = 1;

    private DatabaseCommand() {}

    /**
     * Does what the arguments ask for.
     *
     * @return the exit status; empty when they ask for none of this
     */
    public static OptionalInt run(String... args) {
        return switch (args.length == 0 ? "" : args[0]) {
            case "move" -> OptionalInt.of(status(Move::run, args));
            case "compact" -> OptionalInt.of(status((source, target) -> Compaction.run(source), args));
            default -> OptionalInt.empty();
        };
    }

    private static int status(Work work, String... args) {
        try (Target target = Target.configured(args)) {
            Path folder = Path.of(target.settings().getRequiredProperty("dpo4j.storage.directory"));
            work.run(new EmbeddedFile(folder.resolve("dpo4j")), target);
            return DONE;
        } catch (MoveException e) {
            log.error(e.getMessage());
        } catch (SQLException | IOException e) {
            log.error("Nothing has been changed, since this failed: {}", e.getMessage(), e);
        }
        return FAILED;
    }

    /** One of the commands. */
    private interface Work {
        void run(EmbeddedFile source, Target target) throws SQLException, IOException;
    }
}
