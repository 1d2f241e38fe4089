package dev.dpo4j.move;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of a database, but for Flyway's own, as its information schema tells them. */
final class Tables {

    private static final Set<String> BINARY = Set.of("bytea", "binary varying");

    private Tables() {}

    /** All of them; a table comes after those that it refers to. */
    static List<Table> of(Connection connection) throws SQLException {
        Map<String, Table> tables = new LinkedHashMap<>();
        for (String name : names(connection)) {
            tables.put(name, table(connection, name));
        }
        Map<String, Set<String>> references = references(connection);
        List<Table> ordered = new ArrayList<>();
        while (!tables.isEmpty()) {
            List<String> free = tables.keySet().stream()
                    .filter(name -> references.getOrDefault(name, Set.of()).stream()
                            .noneMatch(other -> !other.equals(name) && tables.containsKey(other)))
                    .toList();
            if (free.isEmpty()) {
                throw new IllegalStateException("These tables refer to each other in a circle: " + tables.keySet());
            }
            free.forEach(name -> ordered.add(tables.remove(name)));
        }
        return ordered;
    }

    private static List<String> names(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select lower(table_name) from information_schema.tables
                        where table_schema = current_schema and table_type = 'BASE TABLE'
                            and table_name <> 'flyway_schema_history'
                        order by 1""")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static Table table(Connection connection, String name) throws SQLException {
        List<String> columns = new ArrayList<>();
        boolean binary = false;
        @Nullable String identity = null;
        try (PreparedStatement statement = connection.prepareStatement("""
                select lower(column_name), lower(data_type), is_identity from information_schema.columns
                where table_schema = current_schema and lower(table_name) = ?
                order by 1""")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(rows.getString(1));
                    binary |= BINARY.contains(rows.getString(2));
                    identity = "YES".equals(rows.getString(3)) ? rows.getString(1) : identity;
                }
            }
        }
        return new Table(name, List.copyOf(columns), binary, identity);
    }

    /** Which tables each one refers to. */
    private static Map<String, Set<String>> references(Connection connection) throws SQLException {
        Map<String, Set<String>> references = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select lower(child.table_name), lower(parent.table_name)
                        from information_schema.referential_constraints r
                        join information_schema.table_constraints child
                            on child.constraint_schema = r.constraint_schema and child.constraint_name = r.constraint_name
                        join information_schema.table_constraints parent
                            on parent.constraint_schema = r.unique_constraint_schema
                            and parent.constraint_name = r.unique_constraint_name
                        where r.constraint_schema = current_schema""")) {
            while (rows.next()) {
                references
                        .computeIfAbsent(rows.getString(1), name -> new HashSet<>())
                        .add(rows.getString(2));
            }
        }
        return references;
    }
}
