package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Schemas of records as they go over the wire. What is {@link Nullable} may be null there, in requests and, unless it is absent then, in
 * answers; and a number's default is a number.
 */
final class RecordSchemas extends ModelResolver {

    private static final String NULL = "null";

    RecordSchemas(ObjectMapper mapper) {
        super(mapper);
        openapi31(true);
    }

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        Schema<?> schema = super.resolve(type, context, chain);
        JavaType java = type.getType() == null ? null : _mapper.constructType(type.getType());
        if (schema != null && java != null && java.getRawClass().isRecord()) {
            String ref = schema.get$ref();
            Schema<?> model =
                    ref == null ? schema : context.getDefinedModels().get(ref.substring(ref.lastIndexOf('/') + 1));
            if (model != null && model.getProperties() != null) {
                complete(model, java);
            }
        }
        return schema;
    }

    private void complete(Schema<?> model, JavaType java) {
        BeanDescription description = _mapper.getSerializationConfig().introspect(java);
        boolean absent =
                description.findPropertyInclusion(JsonInclude.Value.empty()).getValueInclusion()
                        == JsonInclude.Include.NON_NULL;
        Map<String, String> wireNames = description.findProperties().stream()
                .collect(Collectors.toMap(
                        BeanPropertyDefinition::getInternalName, BeanPropertyDefinition::getName, (one, same) -> one));
        for (RecordComponent component : java.getRawClass().getRecordComponents()) {
            String name = wireNames.get(component.getName());
            Schema<?> property = name == null ? null : model.getProperties().get(name);
            if (property == null) {
                continue;
            }
            giveDefaultItsType(property);
            if (!absent && component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                model.addProperty(name, nullable(property));
            }
        }
    }

    /** A schema may be completed more than once. */
    private static Schema<?> nullable(Schema<?> schema) {
        if (schema.get$ref() != null) {
            return new Schema<>().anyOf(List.of(schema, nothing()));
        }
        if (schema.getOneOf() != null) {
            if (schema.getOneOf().stream().noneMatch(RecordSchemas::allowsNull)) {
                schema.addOneOfItem(nothing());
            }
        } else if (schema.getTypes() != null && !allowsNull(schema)) {
            Set<String> types = new LinkedHashSet<>(schema.getTypes());
            types.add(NULL);
            schema.setTypes(types);
            if (schema.getEnum() != null) {
                schema.addEnumItemObject(null);
            }
        }
        return schema;
    }

    private static Schema<?> nothing() {
        return new Schema<>().types(Set.of(NULL));
    }

    private static boolean allowsNull(Schema<?> schema) {
        return schema.getTypes() != null && schema.getTypes().contains(NULL);
    }

    /** An annotation's default is a text. */
    private static void giveDefaultItsType(Schema<?> schema) {
        if (schema.getDefault() instanceof String text && schema.getTypes() != null) {
            if (schema.getTypes().contains("integer") || schema.getTypes().contains("number")) {
                schema.setDefault(new BigDecimal(text));
            } else if (schema.getTypes().contains("boolean")) {
                schema.setDefault(Boolean.valueOf(text));
            }
        }
    }
}
