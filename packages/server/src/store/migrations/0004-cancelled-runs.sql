-- Runs that were cancelled lately: what they began has to end too.
create index flow_run_cancelled on flow_run (state_timestamp) where state_type = 'CANCELLED';
