package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.dpo4j.ServiceTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** How long a connection to the server may be idle in a transaction, and who is spared. */
@ServiceTest
@Tag("postgresql")
class ServerSessionsTest {

    @Autowired
    private DataSource dataSource;

    @Autowired
    private Flyway flyway;

    @Test
    void aTransactionThatDoesNothingEnds() throws SQLException {
        assertThat(idleLimit(dataSource)).isEqualTo("30s");
    }

    /** Flyway holds its lock in a transaction on one connection while it migrates on another, however long that takes. */
    @Test
    void aMigrationMayTakeAsLongAsItTakes() throws SQLException {
        assertThat(idleLimit(flyway.getConfiguration().getDataSource())).isEqualTo("0");
        try (Connection connection = flyway.getConfiguration().getDataSource().getConnection()) {
            assertThat(connection.getNetworkTimeout()).isZero();
        }
    }

    @Test
    void whatIsSetForThePoolStays() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl("jdbc:postgresql://db.example/dpo4j");
            pool.addDataSourceProperty("socketTimeout", "600");
            new ServerSessions().postProcessAfterInitialization(pool, "pool");
            assertThat(pool.getDataSourceProperties())
                    .containsEntry("socketTimeout", "600")
                    .containsEntry("tcpKeepAlive", "true");
        }
    }

    private static String idleLimit(DataSource connections) throws SQLException {
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement();
                ResultSet limit = statement.executeQuery("show idle_in_transaction_session_timeout")) {
            assertThat(limit.next()).isTrue();
            return limit.getString(1);
        }
    }
}
