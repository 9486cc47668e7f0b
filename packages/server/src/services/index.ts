import { isServiceEnabled } from '../config.ts'
import type { EdgeContext } from '../context.ts'
import { createAutomationCaller } from './automation-caller.ts'
import { createAutomationRunner } from './automation-runner.ts'
import { createCancellationCleanup } from './cancellation-cleanup.ts'
import { canceller } from './canceller.ts'
import { createDiscarder } from './discarder.ts'
import { createDispatcher } from './dispatcher.ts'
import { createEventFanout } from './event-fanout.ts'
import { foreman } from './foreman.ts'
import { createHeartbeatWatch } from './heartbeat-watch.ts'
import { lateMarker } from './late-marker.ts'
import { createLogFanout } from './log-fanout.ts'
import { leaseReaper } from './lease-reaper.ts'
import { partitionKeeper } from './partition-keeper.ts'
import { pauseExpiry } from './pause-expiry.ts'
import { createReconciler } from './reconciler.ts'
import { createRetention } from './retention.ts'
import { scheduler } from './scheduler.ts'
import { type RunningService, type Service, type ServiceStatus, startService } from './service.ts'

/** Loops that wake themselves. */
interface Woken {
  readonly dispatcher: Service
  readonly eventFanout: Service
  readonly automationRunner: Service
  readonly automationCaller: Service
}

/** Everything that happens by itself, on one screen. */
function services(ctx: EdgeContext, woken: Woken): readonly Service[] {
  return [
    scheduler, // coming runs of schedules
    woken.dispatcher, // due runs to clouds
    woken.eventFanout, // what happened, to sockets
    woken.automationRunner, // what happened, to automations; and what they do
    woken.automationCaller, // whom they call
    createReconciler(ctx.config.observe_interval_seconds), // what became of them
    canceller, // stops what is being cancelled
    createCancellationCleanup(), // ends what was begun by whom was cancelled
    createHeartbeatWatch(), // ends who died without a word
    leaseReaper, // frees slots of who died with them
    lateMarker, // shows who waits too long
    pauseExpiry, // fails who was not resumed
    foreman, // shows who is not there
    partitionKeeper, // places for logs and events
    createRetention(), // forgets what is old
    createDiscarder(ctx.config.discard_after_seconds), // removes what is over from the cloud
  ]
}

export interface Services {
  readonly status: () => readonly ServiceStatus[]
  /** Resolves when every pass and every call to a cloud that was under way is over. */
  readonly stop: () => Promise<void>
}

export async function startServices(ctx: EdgeContext): Promise<Services> {
  const running = new Map<string, RunningService>()
  const wake = (name: string) => running.get(name)?.wake()
  const dispatcher = createDispatcher(() => wake('dispatcher'))
  const eventFanout = createEventFanout(() => wake('event-fanout'))
  const automationRunner = createAutomationRunner(() => wake('automation-runner'))
  const automationCaller = createAutomationCaller(() => wake('automation-caller'))
  const logFanout = createLogFanout(ctx)
  const unlisten = [
    await ctx.db.listen('slipway_due', () => {
      wake('dispatcher')
      wake('canceller')
    }),
    await ctx.db.listen('slipway_schedule', () => wake('scheduler')),
    await ctx.db.listen('slipway_event', () => {
      wake('event-fanout')
      wake('automation-runner')
    }),
    await ctx.db.listen('slipway_action', () => {
      wake('automation-runner')
      wake('automation-caller')
    }),
    await ctx.db.listen('slipway_log', logFanout.tell),
    await ctx.db.listen('slipway_task', () => ctx.live.tasks.publish(['some'])),
  ]
  for (const service of services(ctx, { dispatcher, eventFanout, automationRunner, automationCaller })) {
    if (isServiceEnabled(ctx.config, service.name)) running.set(service.name, startService(ctx, service))
  }
  return {
    status: () => [...running.values()].map((service) => service.status()),
    stop: async () => {
      for (const stop of unlisten) await stop()
      await Promise.all([...running.values()].map((service) => service.stop()))
      await dispatcher.drain()
      await automationCaller.drain()
      await logFanout.drain()
    },
  }
}
