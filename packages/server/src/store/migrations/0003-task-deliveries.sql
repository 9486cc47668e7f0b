-- Which worker was given which background task, so that no other one gets it. A row means nothing after `until`, or once
-- the task run is in another state: then the task is delivered again.
create table task_run_delivery (
  task_run_id uuid primary key,
  state_id uuid not null,
  until timestamptz not null
);
-- Serves deleteExpiredDeliveries.
create index task_run_delivery_until on task_run_delivery (until);
-- Serves claimBackgroundTask.
create index task_run_background on task_run (task_key, expected_start_time, id)
  where state_type = 'SCHEDULED';
