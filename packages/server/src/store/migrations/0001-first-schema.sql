-- The first schema. Every table that belongs to a user carries workspace_id; names are unique per workspace.
-- Opaque JSON of users is `json`, not `jsonb`: the text comes back as it was sent (key order, 1.0, integers beyond 2^53).
-- Hot tables have no foreign keys: a reference is checked by the statement that writes it.

create extension if not exists pg_trgm;

create table installation (
  only_row boolean primary key default true check (only_row),
  install_id text not null,
  vault_check json not null,
  created timestamptz not null
);

-- Numbers of server processes; each holds an advisory lock of its number while it lives.
create sequence server_id as integer cycle;

create table workspace (
  id uuid primary key,
  account_id uuid not null,
  name text not null,
  is_default boolean not null default false,
  created timestamptz not null,
  unique (account_id, name)
);
create unique index workspace_default on workspace (is_default) where is_default;

create table workspace_setting (
  workspace_id uuid not null references workspace on delete cascade,
  key text not null,
  value json not null,
  updated timestamptz not null,
  primary key (workspace_id, key)
);

create table api_key (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  name text not null,
  scopes text[] not null,
  token_hash bytea not null unique,
  token_hint text not null,
  created timestamptz not null,
  expires timestamptz,
  last_used timestamptz,
  revoked timestamptz,
  unique (workspace_id, name)
);

-- Flows and runs ---------------------------------------------------------------------------------------------------

create table flow (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  tags text[] not null default '{}',
  labels json not null default '{}',
  unique (workspace_id, name)
);
create index flow_created on flow (workspace_id, created desc, id desc);

create table flow_run (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  flow_id uuid not null,
  deployment_id uuid,
  deployment_version text,
  work_queue_id uuid,
  work_queue_name text,
  flow_version text,
  parameters json not null default '{}',
  context json not null default '{}',
  empirical_policy json not null default '{}',
  tags text[] not null default '{}',
  labels json not null default '{}',
  idempotency_key text,
  parent_task_run_id uuid,
  -- The current state in full, as it goes over the wire; reads need no join.
  state json,
  state_id uuid,
  state_type text,
  state_name text,
  state_timestamp timestamptz,
  run_count integer not null default 0,
  expected_start_time timestamptz,
  next_scheduled_start_time timestamptz,
  start_time timestamptz,
  end_time timestamptz,
  total_run_time double precision not null default 0,
  auto_scheduled boolean not null default false,
  infrastructure_document_id uuid,
  infrastructure_pid text,
  created_by json,
  job_variables json,
  -- Copied from empirical_policy.retry_type: an in-process retry must not be handed to anybody.
  retry_type text
) with (fillfactor = 80);
-- Lists by time, whole and narrowed by one thing.
create index flow_run_expected on flow_run (workspace_id, expected_start_time desc, id desc);
create index flow_run_state_expected on flow_run (workspace_id, state_type, expected_start_time desc, id desc);
create index flow_run_deployment on flow_run (deployment_id, expected_start_time desc, id desc) where deployment_id is not null;
create index flow_run_flow on flow_run (flow_id, expected_start_time desc, id desc);
create index flow_run_started on flow_run (workspace_id, coalesce(start_time, expected_start_time) desc, id desc);
-- The dispatcher's claim, and what a worker asks for.
create index flow_run_due on flow_run (work_queue_id, next_scheduled_start_time, id) where state_type = 'SCHEDULED';
-- Occupied slots of a queue, late and stuck runs.
create index flow_run_active on flow_run (work_queue_id, state_type) where state_type in ('PENDING', 'RUNNING', 'CANCELLING');
create index flow_run_watched on flow_run (state_type, state_timestamp) where state_type in ('PENDING', 'RUNNING', 'CANCELLING', 'PAUSED');
create index flow_run_scheduled on flow_run (next_scheduled_start_time) where state_type = 'SCHEDULED';
-- Runs that may turn late, without those that already have; coming runs of a deployment, whatever its history.
create index flow_run_on_time on flow_run (next_scheduled_start_time, id) where state_type = 'SCHEDULED' and state_name = 'Scheduled';
create index flow_run_coming on flow_run (deployment_id, next_scheduled_start_time, id) where state_type = 'SCHEDULED';
-- Runs that wait for a slot of their deployment, the longest waiting first.
create index flow_run_slot_waiter on flow_run (deployment_id, expected_start_time, id) where state_name = 'AwaitingConcurrencySlot';
create unique index flow_run_idempotency on flow_run (flow_id, idempotency_key) where idempotency_key is not null;
create index flow_run_tags on flow_run using gin (tags);
create index flow_run_name on flow_run using gin (name gin_trgm_ops);
create index flow_run_parent on flow_run (parent_task_run_id) where parent_task_run_id is not null;

create table flow_run_state (
  id uuid primary key,
  workspace_id uuid not null,
  flow_run_id uuid not null,
  timestamp timestamptz not null,
  type text not null,
  name text not null,
  state json not null
);
create unique index flow_run_state_history on flow_run_state (flow_run_id, timestamp);

create table flow_run_input (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  updated timestamptz not null,
  flow_run_id uuid not null references flow_run on delete cascade,
  key text not null,
  value text not null,
  sender text,
  unique (flow_run_id, key)
);

create table task_run (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  flow_run_id uuid,
  task_key text not null,
  dynamic_key text not null,
  cache_key text,
  cache_expiration timestamptz,
  task_version text,
  empirical_policy json not null default '{}',
  tags text[] not null default '{}',
  labels json not null default '{}',
  task_inputs json not null default '{}',
  state json,
  state_id uuid,
  state_type text,
  state_name text,
  state_timestamp timestamptz,
  run_count integer not null default 0,
  flow_run_run_count integer not null default 0,
  expected_start_time timestamptz,
  next_scheduled_start_time timestamptz,
  start_time timestamptz,
  end_time timestamptz,
  total_run_time double precision not null default 0
) with (fillfactor = 80);
create unique index task_run_natural on task_run (flow_run_id, task_key, dynamic_key) where flow_run_id is not null;
create unique index task_run_natural_background on task_run (workspace_id, task_key, dynamic_key) where flow_run_id is null;
create index task_run_flow_run on task_run (flow_run_id, expected_start_time desc, id desc) where flow_run_id is not null;
create index task_run_expected on task_run (workspace_id, expected_start_time desc, id desc);
create index task_run_state_expected on task_run (workspace_id, state_type, expected_start_time desc, id desc);
create index task_run_tags on task_run using gin (tags);
create index task_run_name on task_run using gin (name gin_trgm_ops);

create table task_run_state (
  id uuid primary key,
  workspace_id uuid not null,
  task_run_id uuid not null,
  timestamp timestamptz not null,
  type text not null,
  name text not null,
  state json not null
);
create index task_run_state_history on task_run_state (task_run_id, timestamp, id);

create table task_run_cache (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  cache_key text not null,
  cache_expiration timestamptz,
  state json not null
);
create index task_run_cache_key on task_run_cache (workspace_id, md5(cache_key), created desc);

-- Where runs go ----------------------------------------------------------------------------------------------------

create table work_pool (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  description text,
  type text not null,
  base_job_template json not null default '{}',
  is_paused boolean not null default false,
  concurrency_limit integer,
  storage_configuration json not null default '{}',
  default_queue_id uuid,
  status text not null default 'NOT_READY',
  last_status_change timestamptz,
  -- Of push pools: what the provider said last, shown to people.
  provider_status json,
  is_push boolean generated always as (type like '%:push') stored,
  unique (workspace_id, name)
);

create table work_queue (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  description text not null default '',
  is_paused boolean not null default false,
  concurrency_limit integer,
  priority integer not null,
  work_pool_id uuid not null references work_pool on delete cascade,
  filter json,
  last_polled timestamptz,
  status text not null default 'NOT_READY',
  unique (work_pool_id, name)
);
create index work_queue_priority on work_queue (work_pool_id, priority, id);

create table worker (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  work_pool_id uuid not null references work_pool on delete cascade,
  last_heartbeat_time timestamptz not null,
  heartbeat_interval_seconds integer,
  status text not null default 'ONLINE',
  unique (work_pool_id, name)
);

create table deployment (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  version text,
  description text,
  flow_id uuid not null references flow on delete cascade,
  paused boolean not null default false,
  concurrency_limit_id uuid,
  concurrency_options json,
  job_variables json not null default '{}',
  parameters json not null default '{}',
  parameter_openapi_schema json,
  enforce_parameter_schema boolean not null default true,
  tags text[] not null default '{}',
  labels json not null default '{}',
  work_queue_id uuid references work_queue on delete set null,
  work_queue_name text,
  last_polled timestamptz,
  path text,
  pull_steps json,
  entrypoint text,
  storage_document_id uuid,
  infrastructure_document_id uuid,
  created_by json,
  updated_by json,
  version_info json,
  status text not null default 'NOT_READY',
  unique (flow_id, name)
);
create index deployment_name on deployment (workspace_id, name, id);
create index deployment_queue on deployment (work_queue_id) where work_queue_id is not null;
create index deployment_tags on deployment using gin (tags);

create table deployment_schedule (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  deployment_id uuid not null references deployment on delete cascade,
  -- Insertion order within one write, as `created` is the same for all schedules of one request.
  position integer not null default 0,
  schedule json not null,
  active boolean not null default true,
  max_scheduled_runs integer,
  parameters json not null default '{}',
  slug text,
  -- When the scheduler has to look again; null: at once.
  plan_after timestamptz
);
create index deployment_schedule_deployment on deployment_schedule (deployment_id, created desc, position desc);
create unique index deployment_schedule_slug on deployment_schedule (deployment_id, slug) where slug is not null;
create index deployment_schedule_plan on deployment_schedule (plan_after nulls first, id) where active;

-- Pushing runs to clouds -------------------------------------------------------------------------------------------

create table submission (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  updated timestamptz not null,
  flow_run_id uuid not null,
  attempt_no integer not null,
  work_pool_id uuid not null,
  pool_type text not null,
  credentials_block_id uuid,
  -- planned: committed, not sent. sent: on its way or unknown. accepted: the cloud has it.
  -- refused: it never will. void: given up, a late container is turned away. finished: over, reason stored.
  state text not null,
  resource_name text not null,
  infrastructure_pid text not null,
  -- {request, credentials?}, sealed; written once, never updated.
  sealed_request json not null,
  request_sha256 text not null,
  -- The container's own credential (start fence): sha256 of its token.
  credential_hash bytea not null,
  credential_expires timestamptz,
  start_transition_id uuid,
  -- The process that started: its client's own id, where it sends one.
  start_client_id text,
  started_at timestamptz,
  first_sent_at timestamptz,
  tries integer not null default 0,
  next_try_at timestamptz,
  fault json,
  execution json,
  lease_owner integer,
  lease_until timestamptz,
  observed_at timestamptz,
  first_missing_at timestamptz,
  terminal_seen_at timestamptz,
  stop_requested_at timestamptz,
  stop_tries integer not null default 0,
  finished_at timestamptz,
  discarded_at timestamptz,
  unique (flow_run_id, attempt_no)
);
create index submission_open on submission (next_try_at nulls first, id) where state in ('planned', 'sent');
create index submission_watched on submission (work_pool_id, id) where state = 'accepted';
create index submission_discard on submission (finished_at, id) where discarded_at is null and state in ('finished', 'void', 'refused');

-- Blocks -----------------------------------------------------------------------------------------------------------

create table block_type (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  slug text not null,
  logo_url text,
  documentation_url text,
  description text,
  code_example text,
  is_protected boolean not null default false,
  unique (workspace_id, slug)
);

create table block_schema (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  checksum text not null,
  fields json not null,
  block_type_id uuid not null references block_type on delete cascade,
  capabilities text[] not null default '{}',
  version text not null,
  unique (workspace_id, checksum, version)
);
create index block_schema_type on block_schema (block_type_id, created desc, id desc);

create table block_document (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  -- All data, sealed as one text; nothing of it is readable in the database.
  sealed_data json not null,
  block_schema_id uuid not null references block_schema on delete cascade,
  block_type_id uuid not null references block_type on delete cascade,
  is_anonymous boolean not null default false,
  unique (block_type_id, name)
);
create index block_document_name on block_document (workspace_id, name, id);

create table block_document_reference (
  parent_id uuid not null references block_document on delete cascade,
  child_id uuid not null references block_document on delete cascade,
  path text not null,
  primary key (parent_id, path)
);
create index block_document_reference_child on block_document_reference (child_id);

-- Small things -----------------------------------------------------------------------------------------------------

create table variable (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  value json not null,
  tags text[] not null default '{}',
  unique (workspace_id, name)
);

create table artifact (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  updated timestamptz not null,
  key text,
  type text,
  description text,
  data json,
  metadata_ json,
  flow_run_id uuid,
  task_run_id uuid
);
create index artifact_key on artifact (workspace_id, key, created desc);
create index artifact_flow_run on artifact (flow_run_id) where flow_run_id is not null;
create index artifact_task_run on artifact (task_run_id) where task_run_id is not null;

-- The latest artifact of each key.
create table artifact_collection (
  id uuid primary key,
  workspace_id uuid not null,
  created timestamptz not null,
  updated timestamptz not null,
  key text not null,
  latest_id uuid not null,
  type text,
  description text,
  data json,
  metadata_ json,
  flow_run_id uuid,
  task_run_id uuid,
  unique (workspace_id, key)
);

create table concurrency_limit (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  active boolean not null default true,
  name text not null,
  "limit" integer not null,
  -- A fraction while slots decay; `updated_slots` is the moment for which it is right.
  active_slots double precision not null default 0,
  denied_slots double precision not null default 0,
  slot_decay_per_second double precision not null default 0,
  avg_slot_occupancy_seconds double precision not null default 2,
  slots_updated timestamptz not null,
  unique (workspace_id, name)
);

create table concurrency_lease (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  expires timestamptz not null,
  slots integer not null,
  limit_ids uuid[] not null,
  holder_type text,
  holder_id uuid
);
create index concurrency_lease_expires on concurrency_lease (expires, id);
create index concurrency_lease_holder on concurrency_lease (holder_id) where holder_id is not null;

create table automation (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  description text not null default '',
  enabled boolean not null default true,
  tags text[] not null default '{}',
  trigger json not null,
  actions json not null,
  actions_on_trigger json not null default '[]',
  actions_on_resolve json not null default '[]',
  owner_resource text,
  related_resources text[] not null default '{}'
);
create index automation_name on automation (workspace_id, name, id);
create index automation_owner on automation (workspace_id, owner_resource) where owner_resource is not null;
create index automation_related on automation using gin (related_resources);

create table saved_search (
  id uuid primary key,
  workspace_id uuid not null references workspace on delete cascade,
  created timestamptz not null,
  updated timestamptz not null,
  name text not null,
  filters json not null default '[]',
  unique (workspace_id, name)
);

-- What happened ----------------------------------------------------------------------------------------------------
-- Partitioned by day so that dropping old data is instant. A default partition takes what falls outside.

create sequence log_seq;
create table log (
  id uuid not null,
  workspace_id uuid not null,
  created timestamptz not null,
  timestamp timestamptz not null,
  seq bigint not null default nextval('log_seq'),
  name text not null,
  level integer not null,
  message text not null,
  flow_run_id uuid,
  task_run_id uuid
) partition by range (timestamp);
create table log_default partition of log default;
create index log_flow_run on log (flow_run_id, timestamp, seq) where flow_run_id is not null;
create index log_task_run on log (task_run_id, timestamp, seq) where task_run_id is not null;
create index log_time on log (workspace_id, timestamp, seq);

-- `xid` is the writing transaction: readers that tail the table stay behind the oldest transaction still open,
-- because sequence numbers do not become visible in order.
create sequence event_seq;
create table event (
  id uuid not null,
  workspace_id uuid not null,
  occurred timestamptz not null,
  received timestamptz not null,
  seq bigint not null default nextval('event_seq'),
  xid xid8 not null default pg_current_xact_id(),
  event text not null,
  resource_id text not null,
  resource jsonb not null,
  related jsonb not null default '[]',
  related_ids text[] not null default '{}',
  payload json not null default '{}',
  follows uuid,
  primary key (occurred, id)
) partition by range (occurred);
create table event_default partition of event default;
create index event_tail on event (xid, seq);
create index event_time on event (workspace_id, occurred desc, id desc);
create index event_name on event (workspace_id, event text_pattern_ops, occurred desc);
create index event_resource on event (resource_id text_pattern_ops, occurred desc);
create index event_related on event using gin (related_ids);
create index event_id on event (id);
