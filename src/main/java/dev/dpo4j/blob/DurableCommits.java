package dev.dpo4j.blob;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * On the embedded database a commit returns to its caller only when it is on the disk. H2 itself leaves that to the operating system,
 * and a loss of power would take what was acknowledged last.
 */
@Component
class DurableCommits implements TransactionExecutionListener {

    private final Database database;

    DurableCommits(Database database) {
        this.database = database;
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null && transaction.isNewTransaction() && !transaction.isReadOnly()) {
            database.sync();
        }
    }
}
