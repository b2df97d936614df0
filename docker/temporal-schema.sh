#!/bin/sh
# Makes Temporal's two databases, or brings them up to this version. Safe to repeat.
# SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD come from docker-compose.yml.
set -eu

for part in temporal visibility; do
  database=temporal
  if [ "$part" = visibility ]; then database=temporal_visibility; fi
  temporal-sql-tool --db "$database" create-database
  temporal-sql-tool --db "$database" setup-schema --version 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "postgresql/v12/$part"
done
