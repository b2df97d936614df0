-- Accounts, roles, tokens, who owns an order, limits of requests, flags and the audit trail.

CREATE TYPE "role" AS ENUM ('user', 'coach', 'operator', 'approver', 'on_call', 'admin');
CREATE TYPE "actor_kind" AS ENUM ('person', 'system');

CREATE TABLE "users" (
    "id" UUID NOT NULL,
    -- Null for the local operator, who never logs in.
    "email" TEXT,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL DEFAULT 'user',
    "password_hash" TEXT,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_login_at" TIMESTAMPTZ(3),
    CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "users_email_check" CHECK ("email" = lower("email")),
    CONSTRAINT "users_login_check" CHECK (("email" IS NULL) = ("password_hash" IS NULL))
);
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

CREATE TABLE "login_sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    -- From where; strangers who guess a password elsewhere don't lock this place out.
    "address" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_because" TEXT,
    CONSTRAINT "login_sessions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "login_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "login_sessions_user_id_address_idx" ON "login_sessions"("user_id", "address");
CREATE INDEX "login_sessions_expires_at_idx" ON "login_sessions"("expires_at");

CREATE TABLE "refresh_tokens" (
    "hash" BYTEA NOT NULL,
    "session_id" UUID NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),
    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("hash"),
    CONSTRAINT "refresh_tokens_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "login_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "refresh_tokens_session_id_idx" ON "refresh_tokens"("session_id");

CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    -- The last characters, so that a person recognises it.
    "hint" TEXT NOT NULL,
    "scopes" TEXT[],
    -- Null: what its owner's role allows.
    "requests_per_hour" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "api_tokens_requests_per_hour_check" CHECK ("requests_per_hour" > 0)
);
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens"("hash");
CREATE INDEX "api_tokens_user_id_created_at_id_idx" ON "api_tokens"("user_id", "created_at", "id");

CREATE TABLE "setup_tokens" (
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    CONSTRAINT "setup_tokens_pkey" PRIMARY KEY ("hash")
);

-- How often something was asked since a moment: one row per person, address or account, for one hour each.
CREATE TABLE "request_counts" (
    "key" TEXT NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "count" INTEGER NOT NULL,
    CONSTRAINT "request_counts_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "request_counts_window_start_idx" ON "request_counts"("window_start");

CREATE TABLE "feature_flags" (
    "name" TEXT NOT NULL,
    "is_enabled" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_by" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "feature_flags_pkey" PRIMARY KEY ("name")
);

-- What ran while a flag was on, per minute, so that a flag that breaks things can be turned off by itself.
CREATE TABLE "flag_results" (
    "name" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "runs" INTEGER NOT NULL,
    "errors" INTEGER NOT NULL,
    CONSTRAINT "flag_results_pkey" PRIMARY KEY ("name", "minute")
);

CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" "actor_kind" NOT NULL,
    -- No reference: the trail outlives what it tells of.
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "token_id" UUID,
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "object_kind" TEXT,
    "object_id" TEXT,
    "request_id" TEXT,
    "address" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_events_actor_id_id_idx" ON "audit_events"("actor_id", "id");
CREATE INDEX "audit_events_action_id_idx" ON "audit_events"("action", "id");
CREATE INDEX "audit_events_object_id_id_idx" ON "audit_events"("object_id", "id");

-- Beside the permissions of the application's login: holds for the owner of the tables too.
CREATE FUNCTION refuse_change_of_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events"
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_events();
CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "audit_events"
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_events();

-- Orders made before there were accounts belong to nobody: roles that reach everything see them, and the first
-- account of an installation takes them over.
ALTER TABLE "work_orders" ADD COLUMN "owner_id" UUID;
ALTER TABLE "work_orders" ADD CONSTRAINT "work_orders_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "work_orders" DROP COLUMN "owner";
CREATE INDEX "work_orders_owner_id_number_idx" ON "work_orders"("owner_id", "number");
CREATE INDEX "work_orders_owner_id_status_number_idx" ON "work_orders"("owner_id", "status", "number");
CREATE INDEX "work_orders_owner_id_repository_id_number_idx" ON "work_orders"("owner_id", "repository_id", "number");
CREATE INDEX "work_orders_owner_id_failure_class_number_idx" ON "work_orders"("owner_id", "failure_class", "number");
-- The few that have not ended, among all that have: of everybody, and of one person.
CREATE INDEX "work_orders_owner_id_unfinished_idx" ON "work_orders"("owner_id", "number") WHERE "status" NOT IN ('completed', 'needs_review', 'failed', 'cancelled');
CREATE INDEX "work_orders_unfinished_idx" ON "work_orders"("number") WHERE "status" NOT IN ('completed', 'needs_review', 'failed', 'cancelled');
CREATE INDEX "work_orders_failure_class_number_idx" ON "work_orders"("failure_class", "number");

-- Searching for a part of a text in a million orders.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "work_orders_text_idx" ON "work_orders" USING gin ("title" gin_trgm_ops, "description" gin_trgm_ops);

-- The key of one client must not give another one its order.
ALTER TABLE "idempotency_keys" ADD COLUMN "owner" TEXT NOT NULL DEFAULT '';
ALTER TABLE "idempotency_keys" ALTER COLUMN "owner" DROP DEFAULT;
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_pkey";
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("owner", "key");

-- The ledger outlives a deleted order: what was paid stays paid.
ALTER TABLE "model_calls" DROP CONSTRAINT "model_calls_work_order_id_fkey";
ALTER TABLE "model_calls" ADD CONSTRAINT "model_calls_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE SET NULL ON UPDATE CASCADE;

/*
 * Counts one more in the hour that began with the first, unless the limit is reached.
 * Returns what is left after this one (-1: refused) and the seconds until the hour is over.
 */
CREATE FUNCTION count_request(counted_key TEXT, requests_max INTEGER, OUT remaining INTEGER, OUT reset_seconds INTEGER)
LANGUAGE plpgsql AS $$
DECLARE
    counted request_counts;
BEGIN
    INSERT INTO request_counts AS r (key, window_start, count) VALUES (counted_key, now(), 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN r.window_start <= now() - interval '1 hour' THEN 1 ELSE least(r.count, requests_max) + 1 END,
        window_start = CASE WHEN r.window_start <= now() - interval '1 hour' THEN now() ELSE r.window_start END
    RETURNING * INTO counted;
    remaining := greatest(requests_max - counted.count, -1);
    reset_seconds := greatest(1, ceil(extract(epoch FROM counted.window_start + interval '1 hour' - now()))::integer);
END
$$;

/*
 * Who sends each request of a batch, whether one may still send, and what is going to be done, in one round trip.
 *
 * asked: [{ tokenHash | sessionId, isCounted, audit?: { action, objectId, requestId, address, isCommittedLater } }]
 * limits: requests an hour by role, and "all" for everybody together
 *
 * refusal: unknown (no such token or session, or no such person any more), limit (of the person or token), limit-all.
 */
CREATE FUNCTION authorize_requests(asked JSONB, limits JSONB)
RETURNS TABLE (
    user_id UUID, name TEXT, role TEXT, scopes TEXT[], token_id UUID, refusal TEXT,
    limit_per_hour INTEGER, remaining INTEGER, reset_seconds INTEGER
)
LANGUAGE plpgsql AS $$
DECLARE
    ask JSONB;
    own_limit INTEGER;
    counted RECORD;
    all_counted RECORD;
BEGIN
    -- The log is written in its order: a later commit that is waited for takes this one along to the disk.
    IF NOT asked @? '$[*].audit ? (@.isCommittedLater == false)' THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    -- Everybody's count first: two batches that count the same people in another order would wait for each other.
    IF asked @? '$[*] ? (@.isCounted == true)' THEN
        INSERT INTO request_counts AS r (key, count) VALUES ('all', 0) ON CONFLICT DO NOTHING;
        PERFORM 1 FROM request_counts WHERE key = 'all' FOR UPDATE;
    END IF;
    FOR ask IN SELECT value FROM jsonb_array_elements(asked) LOOP
        refusal := NULL; limit_per_hour := NULL; remaining := NULL; reset_seconds := NULL; own_limit := NULL;
        IF ask ? 'tokenHash' THEN
            SELECT u.id, u.name, u.role::text, t.scopes, t.id, t.requests_per_hour
            INTO user_id, name, role, scopes, token_id, own_limit
            FROM api_tokens t JOIN users u ON u.id = t.user_id
            WHERE t.hash = decode(ask ->> 'tokenHash', 'hex') AND t.revoked_at IS NULL
                AND (t.expires_at IS NULL OR t.expires_at > now()) AND u.is_active;
            IF FOUND THEN
                UPDATE api_tokens t SET last_used_at = now()
                WHERE t.id = authorize_requests.token_id
                    AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
            END IF;
        ELSE
            SELECT u.id, u.name, u.role::text, NULL, NULL INTO user_id, name, role, scopes, token_id
            FROM login_sessions s JOIN users u ON u.id = s.user_id
            WHERE s.id = (ask ->> 'sessionId')::uuid AND s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active;
        END IF;
        IF user_id IS NULL THEN
            refusal := 'unknown';
        ELSIF (ask ->> 'isCounted')::boolean THEN
            limit_per_hour := coalesce(own_limit, (limits ->> role)::integer);
            SELECT * INTO counted FROM count_request(
                CASE WHEN own_limit IS NULL THEN 'person:' || user_id ELSE 'token:' || token_id END, limit_per_hour);
            remaining := counted.remaining; reset_seconds := counted.reset_seconds;
            IF remaining < 0 THEN
                refusal := 'limit';
            ELSE
                SELECT * INTO all_counted FROM count_request('all', (limits ->> 'all')::integer);
                IF all_counted.remaining < 0 THEN
                    refusal := 'limit-all'; reset_seconds := all_counted.reset_seconds;
                END IF;
            END IF;
        END IF;
        IF refusal IS NULL AND ask ? 'audit' THEN
            INSERT INTO audit_events (actor_kind, actor_id, actor_name, token_id, action, outcome, object_id, request_id, address)
            VALUES ('person', user_id, name, token_id, ask -> 'audit' ->> 'action', 'asked',
                ask -> 'audit' ->> 'objectId', ask -> 'audit' ->> 'requestId', ask -> 'audit' ->> 'address');
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
