package io.dms.select.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.select.Method;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodsTest {
    @Test
    void findsEveryMethodByItsNameAndReadsItsFiles() {
        assertThat(Methods.find(Methods.names()).stream().map(Method::name)).isEqualTo(Methods.names());
        assertThat(Methods.readers()).containsOnlyKeys(Methods.names());
    }

    @Test
    void refusesNamesAndPoliciesThatThereAreNot() {
        assertThatThrownBy(() -> Methods.find(List.of("nested", "other")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("\"other\"");
        assertThatThrownBy(() -> Methods.find("nested", "refuse", ""))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--method published");
        assertThat(Methods.find("published", "refuse", "").name()).isEqualTo("published");
    }
}
