package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The started service, killed with -9 at moments chosen by what its client has seen, and started again. */
class CrashTest {

    /** 128 + SIGKILL. */
    private static final int KILLED = 137;

    private static final String[] FULL_DISK = withModel("dpo4j.storage.reserve=1000000GB");
    private static final String[] WITHOUT_CACHE = withModel("dpo4j.training.reference-cache.max-entries=0");

    private static final Pattern WHOLE_REFERENCE =
            Pattern.compile("Reference log-probabilities: 80 of 80 preferences, ([0-9]+) from the cache");

    /** Where a step that is the last before a checkpoint may be; the final one has its own moment. */
    private static final int LAST_CHECKPOINT_TO_TRY = 42;

    @TempDir
    private Path home;

    private final List<ShownEvent> shown = new ArrayList<>();

    @Test
    void aJobKilledAtFiveMomentsEndsAsIfNothingHadHappened() throws IOException, InterruptedException, SQLException {
        String undisturbedId;
        String weights;
        List<ShownEvent> undisturbed;
        String id;
        // Without the cache: the job that is killed must compute its reference too.
        try (ServiceProcess service = ServiceProcess.start(home, WITHOUT_CACHE)) {
            undisturbedId = TinyJob.createFull(service.http());
            undisturbed = service.follow(undisturbedId, 0).untilItsEnd();
            weights = TinyJob.weights(service.http(), undisturbedId);
        }
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            id = TinyJob.createFull(service.http());
            Autopsy inReference =
                    killWhenShown(service, id, event -> event.message().startsWith("Reference log-prob"));
            assertThat(inReference.has("Reference log-probabilities: 80 of 80"))
                    .as("killed while the reference is computed: %s", inReference)
                    .isFalse();
        }
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            Autopsy early = killWhenShown(service, id, event -> event.ofStep(5));
            assertThat(early.has("Checkpoint written"))
                    .as("killed before the first checkpoint: %s", early)
                    .isFalse();
        }
        killDuringACheckpoint(id);
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            Autopsy midEpoch = killWhenShown(service, id, event -> event.ofStep(51));
            assertThat(midEpoch.has("Checkpoint written after step 56"))
                    .as("killed in the middle of an epoch, between checkpoints: %s", midEpoch)
                    .isFalse();
        }
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            Autopsy nearEnd = killWhenShown(service, id, event -> event.ofStep(TinyJob.STEPS - 1));
            assertThat(nearEnd.has("The job has succeeded"))
                    .as("killed before the end: %s", nearEnd)
                    .isFalse();
        }
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            shown.addAll(service.follow(id, lastShown()).untilItsEnd());

            assertThat(TinyJob.weights(service.http(), id)).isEqualTo(weights);
            assertThat(EventLog.oldestFirst(service.http(), id))
                    .as("what was shown, over all connections, is the log: nothing lost, repeated or changed")
                    .isEqualTo(shown);
            assertThat(shown.stream().filter(event -> event.message().startsWith("Resumed from step")))
                    .as("the kills after the first checkpoint")
                    .hasSizeGreaterThanOrEqualTo(3);
            assertThat(shown)
                    .as("what the first kill found computed was not computed again")
                    .anySatisfy(event -> {
                        Matcher whole = WHOLE_REFERENCE.matcher(event.message());
                        assertThat(whole.matches()).isTrue();
                        // A quarter was told of; two of it, the first step's batch, were left to that step.
                        assertThat(Integer.parseInt(whole.group(1))).isGreaterThanOrEqualTo(20 - 2);
                    });
            assertThat(substance(id, shown))
                    .as("but for the resumptions, both runs tell the same, to the last bit of every figure")
                    .isEqualTo(substance(undisturbedId, undisturbed));
        }
    }

    @Test
    void aFullDiskPausesTheJobUntilItIsResumedAndTheServiceStaysUp()
            throws IOException, InterruptedException, SQLException {
        String weights;
        String id;
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            String undisturbed = TinyJob.createLora(service.http());
            service.follow(undisturbed, 0).untilItsEnd();
            weights = TinyJob.weights(service.http(), undisturbed);
            id = TinyJob.createLora(service.http());
            killWhenShown(service, id, event -> event.message().startsWith("Checkpoint written"));
        }
        try (ServiceProcess service = ServiceProcess.start(home, FULL_DISK)) {
            Http http = service.http();
            ShownEvent paused =
                    service.follow(id, 0).await(event -> event.message().startsWith("The job is paused: "));
            assertThat(paused.json().get("level").asString()).isEqualTo("error");
            assertThat(paused.message()).contains("Free some space").endsWith("/resume lets it go on.");
            assertThat(status(http, id)).isEqualTo("paused");
            assertThat(http.get("/actuator/health").status()).isEqualTo(200);
            assertThat(http.postJson("/v1/dpo/loss", """
                            {"model": "tiny", "prompt": [1, 2], "chosen": [3], "rejected": [4]}""").status()).isEqualTo(200);
        }
        try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
            Http http = service.http();
            assertThat(status(http, id)).isEqualTo("paused");
            assertThat(http.postJson("/v1/fine_tuning/jobs/" + id + "/resume", "")
                            .status())
                    .isEqualTo(200);
            service.follow(id, 0).untilItsEnd();
            assertThat(TinyJob.weights(http, id)).isEqualTo(weights);
        }
    }

    /** The window is some hundredths of a second: who misses it takes the next checkpoint. */
    private void killDuringACheckpoint(String id) throws IOException, InterruptedException, SQLException {
        List<Autopsy> missed = new ArrayList<>();
        for (int step = 2 * TinyJob.SAVE_STEPS; step <= LAST_CHECKPOINT_TO_TRY; step += TinyJob.SAVE_STEPS) {
            int saved = step;
            try (ServiceProcess service = ServiceProcess.start(home, TinyJob.MODEL)) {
                Autopsy autopsy = killWhenShown(service, id, event -> event.ofStep(saved));
                if (!autopsy.has("Checkpoint written after step " + saved) && autopsy.unclaimedBlobs() > 0) {
                    return;
                }
                missed.add(autopsy);
            }
        }
        assertThat(missed)
                .as("the moments at which every kill missed its checkpoint")
                .isEmpty();
    }

    /** Follows the job from where the last connection broke off, and kills the service at what it shows. */
    private Autopsy killWhenShown(ServiceProcess service, String id, Predicate<ShownEvent> moment)
            throws IOException, InterruptedException, SQLException {
        EventStream stream = service.follow(id, lastShown());
        stream.await(moment);
        assertThat(service.kill()).isEqualTo(KILLED);
        shown.addAll(stream.untilItsEnd());
        return Autopsy.of(home, id);
    }

    private long lastShown() {
        return shown.isEmpty() ? 0 : shown.getLast().sequence();
    }

    private static List<String> substance(String id, List<ShownEvent> events) {
        return events.stream()
                .filter(event -> !event.message().startsWith("Resumed from step"))
                .map(event -> event.substance(id))
                .toList();
    }

    private static String status(Http http, String id) {
        return http.get("/v1/fine_tuning/jobs/" + id).json().get("status").asString();
    }

    private static String[] withModel(String setting) {
        List<String> settings = new ArrayList<>(List.of(TinyJob.MODEL));
        settings.add(setting);
        return settings.toArray(String[]::new);
    }
}
