import type { BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter } from '@slipway/contract'
import { sql } from '../sql.ts'
import { allTags, anyText, anyUuid, combined, type Condition, equalBoolean, likeText, partOf } from './conditions.ts'

/** Of `block_type bt`. */
export function blockTypeCondition(filter: BlockTypeFilter | null | undefined): Condition {
  return partOf(filter, ({ name, slug }) =>
    combined('and_', [
      partOf(name, ({ like_ }) => likeText(sql`bt.name`, like_)),
      partOf(slug, ({ any_ }) => anyText(sql`bt.slug`, any_)),
    ]),
  )
}

/** Of `block_schema bs`. */
export function blockSchemaCondition(filter: BlockSchemaFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, block_type_id, block_capabilities, version }) =>
    combined(operator, [
      partOf(block_type_id, ({ any_ }) => anyUuid(sql`bs.block_type_id`, any_)),
      partOf(block_capabilities, ({ all_ }) => allTags(sql`bs.capabilities`, all_)),
      partOf(id, ({ any_ }) => anyUuid(sql`bs.id`, any_)),
      partOf(version, ({ any_ }) => anyText(sql`bs.version`, any_)),
    ]),
  )
}

/** Of `block_document bd`. */
export function blockDocumentCondition(filter: BlockDocumentFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, is_anonymous, block_type_id, name }) =>
    combined(operator, [
      partOf(id, ({ any_ }) => anyUuid(sql`bd.id`, any_)),
      partOf(is_anonymous, ({ eq_ }) => equalBoolean(sql`bd.is_anonymous`, eq_)),
      partOf(block_type_id, ({ any_ }) => anyUuid(sql`bd.block_type_id`, any_)),
      partOf(name, ({ any_, like_ }) => combined('and_', [anyText(sql`bd.name`, any_), likeText(sql`bd.name`, like_)])),
    ]),
  )
}
