package dev.dpo4j.job;

import jakarta.persistence.criteria.MapJoin;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.domain.Specification;

/** {@link JobFilter} and the cursor in JPA's criteria language; the order is newest first, ids settling ties. */
final class JobFilters {

    static final Sort NEWEST_FIRST = Sort.by(Sort.Direction.DESC, "createdAt", "id");

    private JobFilters() {}

    static Specification<JobRow> matching(JobFilter filter) {
        Specification<JobRow> all = Specification.unrestricted();
        if (filter.withoutMetadata()) {
            all = all.and((job, query, criteria) -> criteria.isEmpty(job.get("metadata")));
        }
        for (var label : filter.metadata().entrySet()) {
            all = all.and(labelled(label.getKey(), label.getValue()));
        }
        return all;
    }

    static Specification<JobRow> olderThan(JobRow last) {
        return (job, query, criteria) -> criteria.or(
                criteria.lessThan(job.get("createdAt"), last.createdAt()),
                criteria.and(
                        criteria.equal(job.get("createdAt"), last.createdAt()),
                        criteria.lessThan(job.<String>get("id"), last.getId())));
    }

    private static Specification<JobRow> labelled(String name, String value) {
        return (job, query, criteria) -> {
            MapJoin<JobRow, String, String> label = job.joinMap("metadata");
            return criteria.and(criteria.equal(label.key(), name), criteria.equal(label.value(), value));
        };
    }
}
