package io.dms.cli.catalog;

import io.dms.model.UserException;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Variant;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.protocol.TensorType;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a variant that needs a server is asked for, read from its {@link Variant#implementation}.
 *
 * @param address of the server, {@code grpc://HOST:PORT} or {@code http://HOST:PORT}, with TLS grpcs or https
 * @param served name of the model there
 * @param parameters of each request
 * @param cut tensor at which a split variant is cut, or null for one that is wholly there
 * @param wire type in which features of a split variant travel
 */
record RemoteSpec(
        String address,
        String served,
        Map<String, Object> parameters,
        @Nullable String cut,
        TensorType wire) {
    /** Keys of {@link Variant#implementation}. */
    static final String URL = "url";

    static final String SERVED = "served";
    static final String WIDTH = "width";
    static final String CUT = "cut";
    static final String WIRE = "wire";

    /** Types in which features may travel. */
    static final List<TensorType> WIRES = List.of(TensorType.FP32, TensorType.FP16, TensorType.BF16, TensorType.INT8);

    private static final Pattern MODEL = Pattern.compile("/v2/models/([^/]+)(?:/.*)?");

    /**
     * Reads it.
     *
     * @param server address that takes the place of the catalog's, or null
     * @throws UserException if something is missing or can't be: one line
     */
    static RemoteSpec of(Variant v, @Nullable String server) {
        Map<String, String> how = v.implementation();
        String url = server == null ? how.get(URL) : server;
        if (url == null) {
            throw new UserException(v.id() + " does not say where its server is: give --server, or a url in the tasks");
        }
        URI at = uri(v, url);
        ClientOptions.of(at.getScheme() + "://" + at.getRawAuthority());
        String served = how.get(SERVED);
        String named = how.get(URL);
        if (served == null && named != null) {
            Matcher m = MODEL.matcher(String.valueOf(uri(v, named).getPath()));
            served = m.matches() ? m.group(1) : null;
        }
        if (served == null) {
            throw new UserException(v.id() + " does not say which model its server runs: write \"served: NAME\" in the"
                    + " tasks, or a url that ends in /v2/models/NAME");
        }
        String cut = how.get(CUT);
        if ((v.place() == Place.SPLIT) != (cut != null)) {
            throw new UserException(v.id() + " contradicts itself: a split variant, and no other, names its cut");
        }
        String width = how.get(WIDTH);
        return new RemoteSpec(
                at.getScheme() + "://" + at.getRawAuthority(),
                served,
                width == null ? Map.of() : Map.of(WIDTH, number(v, width)),
                cut,
                wire(how.getOrDefault(WIRE, "FP32"), v.id()));
    }

    private static URI uri(Variant v, String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new UserException(v.id() + ": \"" + url + "\" is no address: write grpc://HOST:PORT", e);
        }
    }

    private static double number(Variant v, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new UserException(v.id() + " has a width that is no number: " + text, e);
        }
    }

    /**
     * The type of a word.
     *
     * @throws UserException if features can't travel in it
     */
    static TensorType wire(String word, String where) {
        return WIRES.stream()
                .filter(t -> t.name().equals(word))
                .findFirst()
                .orElseThrow(() -> new UserException(where + ": features travel as one of "
                        + Arrays.toString(WIRES.toArray()) + ", not as " + word));
    }
}
