import { Link } from '@tanstack/react-router'
import { Empty } from './feedback.tsx'

export function NotFound() {
  return (
    <Empty
      title="There is no such page"
      action={
        <Link className="btn" to="/runs">
          Go to the runs
        </Link>
      }
    >
      The address may be wrong, or what it named was deleted.
    </Empty>
  )
}
