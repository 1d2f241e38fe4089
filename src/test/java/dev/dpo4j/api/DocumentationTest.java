package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.loss.LossType;
import dev.dpo4j.train.ValidationMetric;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The documentation as the service shows it. */
@ServiceTest
class DocumentationTest {

    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

    private static final Pattern EXPLAINED = Pattern.compile("\\[Explained]\\(/docs/(\\w+)#([\\w-]+)\\)\\.$");

    /** {@link LossFields}, but for the loss itself, on the wire. */
    private static final List<String> OPTIONS = Arrays.stream(LossFields.class.getDeclaredMethods())
            .map(method -> method.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
            .filter(name -> !name.equals("loss_type"))
            .toList();

    @LocalServerPort
    private int port;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"losses", "training", "metrics", "data", "operations", "errors"})
    void everyLinkWithinThePagesLeadsSomewhere(String page) {
        Http.Answer answer = http.get("/docs/" + page);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response().headers().firstValue("content-type")).contains("text/html;charset=UTF-8");
        List<String> links = LINK.matcher(answer.response().body())
                .results()
                .map(MatchResult::group)
                .map(found -> found.substring(found.indexOf('"') + 1, found.length() - 1))
                .filter(link -> !link.startsWith("https://"))
                .toList();
        assertThat(links).isNotEmpty();
        for (String link : links) {
            String target = link.startsWith("#") ? page + link : link;
            String[] parts = target.split("#", 2);
            Http.Answer there =
                    http.get(URI.create("/docs/" + page).resolve(parts[0]).getPath());
            assertThat(there.status()).as(link).isIn(200, 302);
            if (parts.length == 2) {
                assertThat(there.response().body()).as(link).contains("id=\"" + parts[1] + "\"");
            }
        }
    }

    @Test
    void everyLossAndEveryOptionOfOneHasASectionThatItsDescriptionLinksTo() {
        String page = http.get("/docs/losses").response().body();
        Arrays.stream(LossType.values())
                .forEach(type -> assertThat(page).contains("<h3 id=\"" + type.wireName() + "\">"));
        for (String request : List.of("DpoLossRequest", "DpoHyperparametersRequest")) {
            var properties = http.get("/v3/api-docs").json().at("/components/schemas/" + request + "/properties");
            for (String option : OPTIONS) {
                assertThat(page).contains("<h3 id=\"" + option + "\">");
                assertThat(properties.get(option).get("description").asString())
                        .endsWith("[Explained](/docs/losses#" + option + ").");
            }
            assertThat(properties.at("/loss_type/description").asString())
                    .endsWith("[Explained](/docs/losses#the-losses).");
        }
    }

    @Test
    void everyOptionOfTrainingLinksToASection() {
        var schemas = http.get("/v3/api-docs").json().at("/components/schemas");
        for (String name : List.of("DpoHyperparametersRequest", "Lora", "LrSchedulerKwargs")) {
            schemas.at("/" + name + "/properties").properties().forEach(option -> {
                String description = option.getValue().path("description").asString("");
                MatchResult link = EXPLAINED
                        .matcher(description)
                        .results()
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(option.getKey() + ": " + description));
                assertThat(http.get("/docs/" + link.group(1)).response().body())
                        .as(option.getKey())
                        .contains("id=\"" + link.group(2) + "\"");
            });
        }
        assertThat(schemas.at("/DpoHyperparametersRequest/properties/lr_scheduler_type/description")
                        .asString())
                .endsWith("[Explained](/docs/training#the-learning-rate).");
    }

    @Test
    void everyCodeOfAProblemIsExplained() {
        String page = http.get("/docs/errors").response().body();
        for (ProblemCode code : ProblemCode.values()) {
            assertThat(page).contains("<code>" + code.wireName() + "</code>");
        }
    }

    @Test
    void everyMetricHasASectionThatDescriptionsLinkTo() {
        String page = http.get("/docs/metrics").response().body();
        var schemas = http.get("/v3/api-docs").json().at("/components/schemas");
        String ofEvents =
                schemas.at("/FineTuningJobEvent/properties/data/description").asString();
        String ofLosses = schemas.at("/DpoLoss/properties/metrics/description").asString();
        Arrays.stream(ValidationMetric.values()).map(ValidationMetric::wireName).forEach(metric -> {
            String anchor = metric.replace("/", "");
            assertThat(page).contains("<h3 id=\"" + anchor + "\"><code>" + metric + "</code></h3>");
            assertThat(ofEvents).contains("[" + metric + "](/docs/metrics#" + anchor + ")");
            assertThat(ofLosses).contains("[" + metric + "](/docs/metrics#" + anchor + ")");
        });
        for (String metric : List.of("grad_norm", "learning_rate", "num_tokens", "tokens_per_second", "kl")) {
            assertThat(page).contains("<h3 id=\"" + metric + "\">");
            assertThat(ofEvents).contains("(/docs/metrics#" + metric + ")");
        }
    }

    @Test
    void thePictureComesWithThePage() {
        Http.Answer picture = http.get("/docs/losses.svg");
        assertThat(picture.response().headers().firstValue("content-type")).contains("image/svg+xml");
        assertThat(http.get("/docs/nothing").status()).isEqualTo(404);
    }
}
