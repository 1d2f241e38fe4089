package dev.dpo4j.blob;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The blobs of a service, and nothing else of it. */
@Configuration(proxyBeanMethods = false)
@Import({
    BlobStore.class,
    RowStorage.class,
    RowVacuum.class,
    FileStorage.class,
    BlobFolder.class,
    BlobTransactions.class,
    BlobSweep.class,
    Database.class
})
class BlobBeans {}
