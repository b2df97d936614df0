#!/bin/sh
# Makes the namespace and registers the search attributes. Safe to repeat.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE come from docker-compose.yml.
set -eu

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h

# A new namespace reaches the frontend's cache within ten seconds.
attempt=1
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name RatchetStatus --type Keyword \
  --name RatchetStep --type Keyword \
  --name FailureClass --type Keyword \
  --name Repository --type Keyword \
  --name Owner --type Keyword \
  --name EscalationState --type Keyword \
  --name Model --type Keyword \
  --name Programme --type Keyword \
  --name Attempt --type Int \
  --name PullRequest --type Int \
  --name CostUsd --type Double \
  --name WaitingSince --type Datetime; do
  if [ "$attempt" -ge 10 ]; then
    echo 'The search attributes could not be registered. See the message above; `docker compose up` tries again.' >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 3
done
