package io.github.kpatch.mojo;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;

/**
 * The password of a signing key: encrypted in Maven's settings, or in the environment. There is no parameter for it, since
 * a POM is published and a command line is seen by everybody on the machine.
 */
final class SigningPassword implements Supplier<Optional<char[]>> {
    private static final String VARIABLE = "KPATCH_SIGNING_PASSWORD";

    private final Optional<String> server;
    private final Settings settings;
    private final SettingsDecrypter decrypter;

    SigningPassword(Optional<String> server, Settings settings, SettingsDecrypter decrypter) {
        this.server = server;
        this.settings = settings;
        this.decrypter = decrypter;
    }

    /**
     * The password; empty where no server is named and the variable is not set.
     *
     * @throws ProblemException KP711 when the named server has none, has it in the clear, or has one that cannot be decrypted
     */
    @Override
    public Optional<char[]> get() {
        return server.map(this::ofServer)
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)))
                .map(String::toCharArray);
    }

    private String ofServer(String id) {
        Server found = settings.getServer(id);
        if (found == null) {
            throw wrong(id, "settings.xml has no such server.");
        }
        String encrypted = password(found).orElseThrow(() -> wrong(id, "It has neither passphrase nor password."));
        // As plexus-sec-dispatcher decides whether something is encrypted; text around the braces is a comment to it.
        if (!encrypted.matches("(?s).*\\{.+}.*")) {
            throw wrong(id, "Its password stands in settings.xml in the clear.");
        }
        SettingsDecryptionResult result = decrypter.decrypt(new DefaultSettingsDecryptionRequest(found));
        String decrypted = password(result.getServer()).orElse(encrypted);
        if (!result.getProblems().isEmpty() || decrypted.equals(encrypted)) {
            throw wrong(id, "Its password cannot be decrypted: ~/.m2/settings-security.xml is missing or another one.");
        }
        return decrypted;
    }

    private static Optional<String> password(Server server) {
        return Stream.of(server.getPassphrase(), server.getPassword())
                .filter(value -> value != null && !value.isBlank())
                .findFirst();
    }

    private static ProblemException wrong(String id, String what) {
        return ProblemException.input(
                Problem.of(ProblemCode.SIGNING_PASSWORD_WRONG, "server '" + id + "' of settings.xml", what));
    }

    @Override
    public String toString() {
        return "a password";
    }
}
