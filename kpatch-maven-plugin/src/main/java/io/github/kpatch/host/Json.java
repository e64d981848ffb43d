package io.github.kpatch.host;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonIOException;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.Optional;

/**
 * JSON as the build's own files use it: a record's components in their order, one a line. Gson may not look into the
 * JDK's classes, so paths and optional values are taught to it here. A type that names something (a record that is
 * comparable, with one text) is written as that text.
 */
public final class Json {
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .registerTypeAdapterFactory(new OptionalFactory())
            .registerTypeAdapterFactory(new NameFactory())
            .registerTypeHierarchyAdapter(Path.class, new PathAdapter())
            .create();

    private Json() {}

    /** The text of a record, list or map, with a newline at its end; the same for equal values. */
    public static String write(Object value) {
        return GSON.toJson(value) + "\n";
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws RuntimeException of whatever kind when the text is something else
     */
    public static <T> T read(String text, TypeToken<T> type) {
        return GSON.fromJson(text, type);
    }

    private static final class PathAdapter extends TypeAdapter<Path> {
        @Override
        public void write(JsonWriter out, Path value) throws IOException {
            out.value(value == null ? null : value.toString());
        }

        @Override
        public Path read(JsonReader in) throws IOException {
            return Path.of(in.nextString());
        }
    }

    private static final class NameFactory implements TypeAdapterFactory {
        @Override
        public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            Class<? super T> raw = type.getRawType();
            if (!raw.isRecord()
                    || !Comparable.class.isAssignableFrom(raw)
                    || raw.getRecordComponents().length != 1
                    || raw.getRecordComponents()[0].getType() != String.class) {
                return null;
            }
            return new NameAdapter<>(raw, gson.getDelegateAdapter(this, type));
        }
    }

    /** Reads the object with one field as well, which earlier versions wrote. */
    private static final class NameAdapter<T> extends TypeAdapter<T> {
        private final Class<? super T> type;
        private final Method text;
        private final TypeAdapter<T> asObject;

        NameAdapter(Class<? super T> type, TypeAdapter<T> asObject) {
            this.type = type;
            this.text = type.getRecordComponents()[0].getAccessor();
            this.asObject = asObject;
        }

        @Override
        public void write(JsonWriter out, T value) throws IOException {
            try {
                out.value(value == null ? null : (String) text.invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new JsonIOException(e);
            }
        }

        @Override
        @SuppressWarnings("unchecked") // The constructor is T's.
        public T read(JsonReader in) throws IOException {
            if (in.peek() != JsonToken.STRING) {
                return asObject.read(in);
            }
            try {
                Constructor<? super T> constructor = type.getDeclaredConstructor(String.class);
                constructor.setAccessible(true);
                return (T) constructor.newInstance(in.nextString());
            } catch (ReflectiveOperationException e) {
                throw new JsonParseException(e);
            }
        }
    }

    /** An empty value is {@code null}. */
    private static final class OptionalFactory implements TypeAdapterFactory {
        @Override
        public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (type.getRawType() != Optional.class) {
                return null;
            }
            TypeToken<?> content = TypeToken.get(((ParameterizedType) type.getType()).getActualTypeArguments()[0]);
            @SuppressWarnings("unchecked") // The raw type was checked: T is Optional of content.
            TypeAdapter<T> adapter = (TypeAdapter<T>) new OptionalAdapter<>(gson.getAdapter(content));
            return adapter;
        }
    }

    private static final class OptionalAdapter<C> extends TypeAdapter<Optional<C>> {
        private final TypeAdapter<C> content;

        OptionalAdapter(TypeAdapter<C> content) {
            this.content = content;
        }

        @Override
        public void write(JsonWriter out, Optional<C> value) throws IOException {
            // Written even where gson leaves null out, so that a reader sees every field.
            boolean nulls = out.getSerializeNulls();
            out.setSerializeNulls(true);
            if (value.isPresent()) {
                content.write(out, value.get());
            } else {
                out.nullValue();
            }
            out.setSerializeNulls(nulls);
        }

        @Override
        public Optional<C> read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return Optional.empty();
            }
            return Optional.of(content.read(in));
        }
    }
}
