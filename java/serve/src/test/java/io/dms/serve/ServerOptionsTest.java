package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerOptionsTest {
    @Test
    void theCoresAreSharedAmongTheWorkersAndEachHasOne() {
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(ServerOptions.DEFAULT.withWorkers("cpu", 1, 0).threadsHere()).isEqualTo(cores);
        assertThat(ServerOptions.DEFAULT.withWorkers("cpu", cores, 0).threadsHere())
                .isEqualTo(1);
        assertThat(ServerOptions.DEFAULT.withWorkers("cpu", 4 * cores, 0).threadsHere())
                .isEqualTo(1);
        assertThat(ServerOptions.DEFAULT.withWorkers("cpu", 3, 5).threadsHere()).isEqualTo(5);
        assertThat(ServerOptions.DEFAULT.withWorkers("cpu", 0, 0).workersHere()).isEqualTo(cores);
    }

    @Test
    void aCertificateAndItsKeyBelongTogether() {
        assertThatThrownBy(() -> ServerOptions.DEFAULT.withSecurity(Path.of("c.pem"), null, null))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--tls-key");
        assertThatThrownBy(() -> ServerOptions.DEFAULT.withSecurity(null, Path.of("k.pem"), null))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--tls-cert");
    }

    @Test
    void aTokenHasSixteenCharactersAtLeastAndAdmitsItselfAlone() {
        AccessToken token = AccessToken.of("0123456789abcdef");
        assertThat(token.admits(token.header())).isTrue();
        assertThat(token.admits("bearer  0123456789abcdef ")).isTrue();
        assertThat(token.admits("Bearer 0123456789abcdeF")).isFalse();
        assertThat(token.admits("0123456789abcdef")).isFalse();
        assertThat(token.admits("Bearer ")).isFalse();
        assertThat(token.admits(null)).isFalse();
        assertThat(token.toString()).doesNotContain("0123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123456789abcde", "0123456789 abcdef", "0123456789abcde\u00e9", "0123456789abcdef\n"})
    void aTokenThatIsShortOrHasOtherCharactersIsRefused(String text) {
        assertThatThrownBy(() -> AccessToken.of(text))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("at least 16");
    }
}
