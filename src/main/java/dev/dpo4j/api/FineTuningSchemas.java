package dev.dpo4j.api;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What annotations cannot say about the fine-tuning API: an object that may be null. */
@Configuration(proxyBeanMethods = false)
class FineTuningSchemas {

    private static final Map<String, String> NULLABLE_OBJECTS =
            Map.of("FineTuningJob", "error", "DpoHyperparameters", "lora");

    @Bean
    OpenApiCustomizer nullableFineTuningObjects() {
        return api -> api.getComponents().getSchemas().forEach((name, schema) -> {
            String property = NULLABLE_OBJECTS.get(name);
            if (property != null) {
                makeNullable((Schema<?>) schema, property);
            }
        });
    }

    private static void makeNullable(Schema<?> owner, String property) {
        Schema<?> object = owner.getProperties().get(property);
        owner.addProperty(property, new Schema<>().anyOf(List.of(object, new Schema<>().types(Set.of("null")))));
    }
}
