"""A PostgreSQL database to measure the service on: empty before, and left as the service leaves it."""
import dataclasses
import subprocess
import urllib.parse


@dataclasses.dataclass(frozen=True)
class PostgreSql:
    url: str  # as psql takes it: postgresql://user:password@host:port/name

    def variables(self):
        parts = urllib.parse.urlsplit(self.url)
        return {
            "SPRING_DATASOURCE_URL": f"jdbc:postgresql://{parts.hostname}:{parts.port or 5432}{parts.path}",
            "SPRING_DATASOURCE_USERNAME": parts.username or "",
            "SPRING_DATASOURCE_PASSWORD": parts.password or "",
        }

    def bytes(self):
        """What the database takes on disk, by its own account."""
        command = ["psql", "--no-psqlrc", "--tuples-only", "--command", "select pg_database_size(current_database())", self.url]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
