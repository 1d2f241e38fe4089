package dev.dpo4j.job;

import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/** Lets the connection break off around one of the transactions of a piece of work, on its own
 * thread or one that it starts; those of other threads are left alone. */
final class LostAnswers implements TransactionExecutionListener {

    private final InheritableThreadLocal<Boolean> victim = new InheritableThreadLocal<>();
    private int left;
    private When when = When.AFTER_THE_COMMIT;

    /** Chooses a transaction, from 1; 0: none. */
    void loseAt(int transaction, When when) {
        this.when = when;
        left = transaction;
    }

    /** Whether the chosen transaction has come. */
    boolean lost() {
        return left <= 0;
    }

    /** Does work whose transactions are counted, on from the work before. */
    <T> T during(Supplier<T> work) {
        victim.set(true);
        try {
            return work.get();
        } finally {
            victim.remove();
        }
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (when == When.BEFORE_THE_COMMIT) {
            count(transaction);
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (when == When.AFTER_THE_COMMIT && failure == null) {
            count(transaction);
        }
    }

    private void count(TransactionExecution transaction) {
        if (Boolean.TRUE.equals(victim.get()) && transaction.isNewTransaction() && --left == 0) {
            throw new DataAccessResourceFailureException("away", new SQLException("The connection broke off", "08006"));
        }
    }

    /** What the database had done by then. */
    enum When {
        /** Nothing. */
        BEFORE_THE_COMMIT,
        /** All of it; only its answer is lost. */
        AFTER_THE_COMMIT
    }
}
