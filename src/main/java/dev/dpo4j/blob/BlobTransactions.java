package dev.dpo4j.blob;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Short transactions of their own, whatever the caller's transaction does. */
@Component
class BlobTransactions {

    private final TransactionTemplate ownTransaction;

    BlobTransactions(PlatformTransactionManager transactions) {
        this.ownTransaction = new TransactionTemplate(transactions);
        this.ownTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    /** @throws StorageFullException when the database says that its disk is full */
    void write(Write write) {
        try {
            ownTransaction.executeWithoutResult(status -> write.run());
        } catch (RuntimeException e) {
            throw StorageFullException.behind(e)
                    .<RuntimeException>map(full -> full)
                    .orElse(e);
        }
    }

    /** One statement; what it returns does not matter. */
    interface Write {
        @Nullable
        Object run();
    }
}
