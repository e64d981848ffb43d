package io.github.kpatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.GsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A schema that papers are held against, by a library that knows nothing of how they were made. */
public final class JsonSchema {
    private final Validator validator;
    private final URI schema;

    private JsonSchema(String text) {
        validator = new ValidatorFactory()
                .withJsonNodeFactory(new GsonNode.Factory())
                .createValidator();
        schema = validator.registerSchema(text);
    }

    /** The schema of manifests. */
    public static JsonSchema ofManifests() throws IOException {
        return of("manifest.schema.json");
    }

    /** A schema among the resources beside this class. */
    public static JsonSchema of(String resource) throws IOException {
        try (InputStream stream = JsonSchema.class.getResourceAsStream(resource)) {
            return new JsonSchema(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** What the schema has against a text, one line each. */
    public List<String> complaints(String json) {
        return validator.validate(schema, JsonParser.parseString(json)).getErrors().stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getError())
                .toList();
    }

    /** The schema takes the text. */
    public void takes(String json) {
        assertThat(complaints(json)).as(json).isEmpty();
    }
}
