package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void make() throws Exception {
        Path store = folder.resolve("store.p12");
        for (String[] kind : new String[][] {
            {"ec", "-keyalg", "EC", "-groupname", "secp256r1"},
            {"other", "-keyalg", "EC", "-groupname", "secp256r1"},
            {"curve", "-keyalg", "EC", "-groupname", "secp384r1"},
            {"rsa", "-keyalg", "RSA", "-keysize", "2048"},
            {"ed", "-keyalg", "Ed25519"}
        }) {
            List<String> command = new java.util.ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-J-XX:TieredStopAtLevel=1",
                    "-genkeypair",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    "changeit",
                    "-dname",
                    "CN=" + kind[0],
                    "-alias"));
            command.addAll(List.of(kind));
            Process p = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(p.waitFor(120, TimeUnit.SECONDS) && p.exitValue() == 0).isTrue();
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        for (String alias : java.util.Collections.list(keys.aliases())) {
            write(alias + ".cert", "CERTIFICATE", keys.getCertificate(alias).getEncoded());
            write(alias + ".key", "PRIVATE KEY", keys.getKey(alias, PASSWORD).getEncoded());
        }
    }

    private static void write(String name, String what, byte[] content) throws IOException {
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + what + "-----\r\n" + Base64.getMimeEncoder().encodeToString(content) + "\r\n-----END "
                        + what + "-----\r\n");
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "curve", "rsa", "ed"})
    void aKeyOfEachKindProvesItsCertificate(String name) {
        X509KeyManager m = (X509KeyManager) TlsFiles.identity(file(name + ".cert"), file(name + ".key"))[0];
        assertThat(m.getCertificateChain("server")).hasSize(1);
        assertThat(m.getCertificateChain("server")[0].getSubjectX500Principal().getName())
                .isEqualTo("CN=" + name);
        assertThat(m.getPrivateKey("server")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"ec, other", "other, ec", "ec, curve", "curve, ec", "ec, rsa", "rsa, ec", "ed, rsa"})
    void aKeyOfAnotherCertificateIsRefusedAtTheStart(String certificate, String key) {
        assertThatThrownBy(() -> TlsFiles.identity(file(certificate + ".cert"), file(key + ".key")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(key + ".key")
                .hasMessageContaining("is not that of")
                .hasMessageContaining(certificate + ".cert");
    }

    @Test
    void wrongFilesAreRefusedBeforeAnyModelIsMadeReady() {
        ModelSpec one = Rigs.models().get(0);
        ServerOptions options = Rigs.options().withSecurity(file("ec.cert"), file("rsa.key"), null);
        // Two of one name would be refused, too, but only once models are looked at.
        assertThatThrownBy(() -> InferenceServer.open(List.of(one, one), options))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("rsa.key");
    }

    @Test
    void aDamagedKeyOrCertificateIsRefusedInOneLine() throws IOException {
        String whole = Files.readString(file("ec.key"));
        int begin = whole.indexOf('\n') + 1;
        Path key = Files.writeString(
                file("damaged.key"), whole.substring(0, begin + 41) + "\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> TlsFiles.identity(file("ec.cert"), key))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("damaged.key")
                .message()
                .doesNotContain("\n");
        Path text =
                Files.writeString(file("text.cert"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> TlsFiles.identity(text, file("ec.key")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("text.cert");
        Path empty = Files.writeString(file("empty.cert"), "");
        assertThatThrownBy(() -> TlsFiles.trust(empty))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no certificate");
        assertThatThrownBy(() -> TlsFiles.trust(file("none.cert")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("there is no file");
    }

    @Test
    void everyCertificateOfAFileIsTrustedAndNoOther() throws IOException {
        Path both = Files.writeString(
                file("both.cert"), Files.readString(file("ec.cert")) + Files.readString(file("rsa.cert")));
        TrustManager[] trust = TlsFiles.trust(both);
        assertThat(((X509TrustManager) trust[0]).getAcceptedIssuers())
                .extracting(c -> c.getSubjectX500Principal().getName())
                .containsExactlyInAnyOrder("CN=ec", "CN=rsa");
    }
}
