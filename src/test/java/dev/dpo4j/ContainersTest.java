package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** What the files in {@code docker} repeat of the project is still so. That they work is tried by hand. */
class ContainersTest {

    private static final Path DOCKERFILE = Path.of("docker/Dockerfile");
    private static final Path COMPOSE = Path.of("docker/compose.yaml");
    private static final Path POM = Path.of("pom.xml");

    @Test
    void everySettingOfTheContainersIsOneOfTheService() throws IOException {
        Stream<String> ofTheImage = Pattern.compile("\\b(?:DPO4J|SERVER|SPRING)_\\w+(?==)")
                .matcher(only(DOCKERFILE, "(?m)^ENV (.+)$"))
                .results()
                .map(match -> match.group());
        String prefix = "services.dpo4j.environment.";
        Stream<String> ofCompose = compose().stringPropertyNames().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()));

        List<String> names = Stream.concat(ofTheImage, ofCompose).toList();

        assertThat(names).contains("SERVER_ADDRESS", "SPRING_DATASOURCE_URL").isSubsetOf(settingsOfTheService());
    }

    @Test
    void composeRunsThePostgresqlThatTheTestsRun() throws IOException {
        String tested = only(POM, "<postgres.version>(\\d+)\\..+</postgres.version>");

        assertThat(compose().getProperty("services.postgres.image")).isEqualTo("postgres:" + tested);
    }

    /** The one place where a file matches: what its first group found. */
    private static String only(Path file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        List<String> found = matcher.results().map(match -> match.group(1)).toList();
        assertThat(found).as("%s in %s", pattern, file).hasSize(1);
        return found.getFirst();
    }

    private static Properties compose() {
        YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(new FileSystemResource(COMPOSE));
        return Objects.requireNonNull(yaml.getObject());
    }

    /** As environment variables. */
    private static List<String> settingsOfTheService() {
        ClassPathScanningCandidateComponentProvider ours = new ClassPathScanningCandidateComponentProvider(false);
        ours.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        Stream<Class<?>> types = Stream.concat(
                Stream.of(DataSourceProperties.class, ServerProperties.class),
                ours.findCandidateComponents("dev.dpo4j").stream()
                        .map(bean ->
                                ClassUtils.resolveClassName(Objects.requireNonNull(bean.getBeanClassName()), null)));
        return Stream.concat(
                        Stream.of(HomeFolder.PROPERTY),
                        types.flatMap(type -> properties(type)
                                .map(property -> type.getAnnotation(ConfigurationProperties.class)
                                                .value() + "." + property)))
                .map(name -> name.replace(".", "_").replace("-", "").toUpperCase(Locale.ROOT))
                .toList();
    }

    private static Stream<String> properties(Class<?> type) {
        return type.isRecord()
                ? Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName)
                : Arrays.stream(BeanUtils.getPropertyDescriptors(type)).map(PropertyDescriptor::getName);
    }
}
