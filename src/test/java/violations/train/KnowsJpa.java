package violations.train;

import jakarta.persistence.PersistenceException;

/** Imitates a training loop that knows of the database. */
public class KnowsJpa {

    boolean isOurs(Exception failure) {
        return failure instanceof PersistenceException;
    }
}
