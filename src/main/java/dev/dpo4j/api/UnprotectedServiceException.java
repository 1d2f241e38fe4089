package dev.dpo4j.api;

/** The service was told to listen to others without asking for a key. */
class UnprotectedServiceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnprotectedServiceException(String address) {
        super("The service would listen on " + address + " and let anybody in.");
    }
}
