import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { root as folder } from './api/client.ts'
import { RunsPage } from './pages/runs.tsx'
import { NotFound } from './parts/not-found.tsx'
import { Problem } from './parts/feedback.tsx'
import { Shell } from './parts/shell.tsx'

interface RunsSearch {
  readonly q?: string
  readonly page?: number
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
})
const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/dashboard',
  beforeLoad: () => redirect({ to: '/', throw: true }),
})
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: RunsPage,
  validateSearch: ({ q, page }: Readonly<Record<string, unknown>>): RunsSearch => ({
    ...(typeof q === 'string' || typeof q === 'number' ? { q: String(q) } : {}),
    ...(typeof page === 'number' && page > 1 ? { page: Math.floor(page) } : {}),
  }),
})
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/flow-run/$id',
  component: lazyRouteComponent(() => import('./pages/run.tsx'), 'RunPage'),
  validateSearch: ({ tab }: Readonly<Record<string, unknown>>): { readonly tab?: string } =>
    typeof tab === 'string' ? { tab } : {},
})
const taskRun = createRoute({
  getParentRoute: () => root,
  path: '/runs/task-run/$id',
  component: lazyRouteComponent(() => import('./pages/task-run.tsx'), 'TaskRunPage'),
})
const oldRun = createRoute({
  getParentRoute: () => root,
  path: '/flow-runs/flow-run/$id',
  beforeLoad: ({ params }) => redirect({ to: '/runs/flow-run/$id', params: { id: params.id }, throw: true }),
})
const blocks = createRoute({
  getParentRoute: () => root,
  path: '/blocks',
  component: lazyRouteComponent(() => import('./pages/blocks.tsx'), 'BlocksPage'),
})
const catalogue = createRoute({
  getParentRoute: () => root,
  path: '/blocks/catalog',
  component: lazyRouteComponent(() => import('./pages/block-catalog.tsx'), 'BlockCatalogPage'),
})
const blockType = createRoute({
  getParentRoute: () => root,
  path: '/blocks/catalog/$slug',
  beforeLoad: ({ params }) =>
    redirect({ to: '/blocks/catalog/$slug/create', params: { slug: params.slug }, throw: true }),
})
const newBlock = createRoute({
  getParentRoute: () => root,
  path: '/blocks/catalog/$slug/create',
  component: lazyRouteComponent(() => import('./pages/block-create.tsx'), 'BlockCreatePage'),
})
const block = createRoute({
  getParentRoute: () => root,
  path: '/blocks/block/$id',
  component: lazyRouteComponent(() => import('./pages/block.tsx'), 'BlockPage'),
})
const pools = createRoute({
  getParentRoute: () => root,
  path: '/work-pools',
  component: lazyRouteComponent(() => import('./pages/pools.tsx'), 'PoolsPage'),
})
const newPool = createRoute({
  getParentRoute: () => root,
  path: '/work-pools/create',
  component: lazyRouteComponent(() => import('./pages/pool-create.tsx'), 'PoolCreatePage'),
})
const pool = createRoute({
  getParentRoute: () => root,
  path: '/work-pools/work-pool/$name',
  component: lazyRouteComponent(() => import('./pages/pool.tsx'), 'PoolPage'),
})
const poolWorker = createRoute({
  getParentRoute: () => root,
  path: '/work-pools/work-pool/$name/worker/$worker',
  beforeLoad: ({ params }) =>
    redirect({ to: '/work-pools/work-pool/$name', params: { name: params.name }, throw: true }),
})
const deployments = createRoute({
  getParentRoute: () => root,
  path: '/deployments',
  component: lazyRouteComponent(() => import('./pages/deployments.tsx'), 'DeploymentsPage'),
})
const deployment = createRoute({
  getParentRoute: () => root,
  path: '/deployments/deployment/$id',
  component: lazyRouteComponent(() => import('./pages/deployment.tsx'), 'DeploymentPage'),
})
const runForm = createRoute({
  getParentRoute: () => root,
  path: '/deployments/deployment/$id/run',
  component: lazyRouteComponent(() => import('./pages/run-form.tsx'), 'RunFormPage'),
})
const lists = lazyRouteComponent(() => import('./pages/lists.tsx'), 'FlowsPage')
const flows = createRoute({ getParentRoute: () => root, path: '/flows', component: lists })
const flow = createRoute({
  getParentRoute: () => root,
  path: '/flows/flow/$id',
  component: lazyRouteComponent(() => import('./pages/lists.tsx'), 'FlowPage'),
})
const variables = createRoute({
  getParentRoute: () => root,
  path: '/variables',
  component: lazyRouteComponent(() => import('./pages/lists.tsx'), 'VariablesPage'),
})
const limits = createRoute({
  getParentRoute: () => root,
  path: '/concurrency-limits',
  component: lazyRouteComponent(() => import('./pages/lists.tsx'), 'LimitsPage'),
})
const limit = createRoute({
  getParentRoute: () => root,
  path: '/concurrency-limits/concurrency-limit/$id',
  beforeLoad: () => redirect({ to: '/concurrency-limits', throw: true }),
})
const queue = createRoute({
  getParentRoute: () => root,
  path: '/work-queues/work-queue/$id',
  component: lazyRouteComponent(() => import('./pages/queue-link.tsx'), 'QueueLink'),
})
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  component: lazyRouteComponent(() => import('./pages/events.tsx'), 'EventsPage'),
})
const event = createRoute({
  getParentRoute: () => root,
  path: '/events/event/$day/$id',
  component: lazyRouteComponent(() => import('./pages/events.tsx'), 'EventPage'),
})

const routeTree = root.addChildren([
  home,
  dashboard,
  runs,
  run,
  taskRun,
  oldRun,
  blocks,
  catalogue,
  blockType,
  newBlock,
  block,
  pools,
  newPool,
  pool,
  poolWorker,
  deployments,
  deployment,
  runForm,
  flows,
  flow,
  variables,
  limits,
  limit,
  queue,
  events,
  event,
])

export const router = createRouter({
  routeTree,
  basepath: folder.pathname,
  defaultErrorComponent: ({ error }) => <Problem error={error} title="This page failed" />,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
