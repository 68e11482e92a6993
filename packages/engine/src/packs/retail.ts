// The retail pack: GA4's commerce vocabulary beyond the built-in one, social signals, and segments that most shops ask for. It is built on
// the public face of the engine alone, as anybody's own pack is.
import { definePack, type EventType } from '../runtime/public.js';

const interest = { personalise: 'consent', train: 'consent', analytics: 'consent' } as const;
const seen = { personalise: 'consent', analytics: 'consent' } as const;
const product = { product_id: { type: 'string', required: true } } as const;
const money = { type: 'number', min: 0, max: 100_000_000 } as const;
const year = 395;

/** What somebody thinks of an item, said where others see it; stronger evidence of interest than a view. */
function social(name: string, aliases: readonly string[], properties: EventType['properties'] = {}): EventType {
  return {
    name,
    aliases,
    category: 'behavioural',
    purposes: interest,
    properties: { ...product, ...properties },
    item: 'product_id',
    counts: true,
    retentionDays: year,
  };
}

const bought = ['order.completed'] as const;

export const retail = definePack({
  name: 'retail',
  version: 2,
  title: 'Retail',
  eventTypes: [
    social('item.liked', ['like']),
    social('item.shared', ['share', 'Product Shared'], { method: { type: 'string' } }),
    social('item.reviewed', ['Product Reviewed'], { stars: { type: 'integer', required: true, min: 1, max: 5 }, text: { type: 'string' } }),
    {
      name: 'brand.followed',
      aliases: ['follow'],
      category: 'preference',
      purposes: seen,
      properties: { brand: { type: 'string', required: true } },
      retentionDays: year,
    },
    {
      name: 'promotion.viewed',
      aliases: ['Promotion Viewed', 'view_promotion'],
      category: 'behavioural',
      purposes: seen,
      properties: { promotion_id: { type: 'string' }, creative: { type: 'string' }, position: { type: 'string' } },
      retentionDays: year,
    },
    {
      name: 'promotion.clicked',
      aliases: ['Promotion Clicked', 'select_promotion'],
      category: 'behavioural',
      purposes: seen,
      properties: { promotion_id: { type: 'string' }, creative: { type: 'string' }, position: { type: 'string' } },
      retentionDays: year,
    },
    {
      name: 'payment.entered',
      aliases: ['Payment Info Entered', 'add_payment_info'],
      category: 'transactional',
      purposes: seen,
      properties: { total: money, currency: { type: 'string' }, payment_method: { type: 'string' } },
      retentionDays: year,
    },
    {
      name: 'shipping.entered',
      aliases: ['add_shipping_info'],
      category: 'transactional',
      purposes: seen,
      properties: { total: money, currency: { type: 'string' }, shipping_method: { type: 'string' } },
      retentionDays: year,
    },
    {
      name: 'order.refunded',
      aliases: ['Order Refunded', 'refund'],
      category: 'transactional',
      purposes: seen,
      properties: { order_id: { type: 'string' }, total: money, currency: { type: 'string' } },
      retentionDays: year,
    },
  ],
  traits: [
    { name: 'spent', kind: 'sum', purpose: 'personalise', property: 'total', scale: 100 },
    { name: 'brand', kind: 'last_value', purpose: 'personalise', property: 'brand' },
    { name: 'shop_acts', kind: 'counter', purpose: 'analytics' },
    { name: 'shop_hours', kind: 'hours', purpose: 'analytics', days: 60 },
    { name: 'shop_path', kind: 'sequence', purpose: 'analytics', max: 40, types: true },
  ],
  cutPoints: [
    {
      name: 'rfm',
      purpose: 'personalise',
      days: 60,
      bands: 5,
      measures: [
        { name: 'recency', as: 'recency', trait: 'last_seen', of: bought },
        { name: 'frequency', as: 'count', trait: 'events_by_day', of: bought },
        { name: 'money', as: 'sum', trait: 'spent', of: bought },
      ],
    },
  ],
  segments: [
    {
      name: 'champions',
      title: 'Bought lately, often and much',
      purpose: 'personalise',
      when: {
        all: [
          { band: 'rfm', measure: 'recency', atLeast: 4 },
          { band: 'rfm', measure: 'frequency', atLeast: 4 },
          { band: 'rfm', measure: 'money', atLeast: 4 },
        ],
      },
    },
    {
      name: 'at_risk',
      title: 'Bought often, but not lately',
      purpose: 'personalise',
      when: {
        all: [
          { band: 'rfm', measure: 'frequency', atLeast: 3 },
          { band: 'rfm', measure: 'recency', atLeast: 1, atMost: 2 },
        ],
      },
    },
    {
      name: 'left_cart',
      title: 'Put something into the cart and did not buy',
      purpose: 'personalise',
      when: {
        all: [{ count: 'events_by_day', of: ['item.added'], days: 3 }, { not: { seen: 'last_seen', of: bought, days: 3 } }],
      },
    },
    {
      name: 'advocates',
      title: 'Like, share or review',
      purpose: 'personalise',
      when: { count: 'events_by_day', of: ['item.liked', 'item.shared', 'item.reviewed'], days: 30, atLeast: 3 },
    },
  ],
  models: [
    { name: 'next_item', learnsFrom: ['item.viewed', 'item.added', 'item.liked', 'item.shared', 'item.reviewed'] },
    { name: 'baskets', kind: 'baskets', learnsFrom: ['order.completed'], list: 'products', id: 'product_id' },
    { name: 'buys', kind: 'propensity', learnsFrom: ['item.viewed', 'item.added', 'order.completed'], target: 'order.completed' },
    { name: 'worth', kind: 'lifetime', learnsFrom: ['order.completed'], value: 'total', days: 90 },
  ],
  decisionPoints: [
    { name: 'basket', kind: 'rank', limit: 4, uniformPpm: 10_000 },
    { name: 'goes_with', kind: 'rank', limit: 4, model: 'baskets', uniformPpm: 10_000 },
  ],
  guardrails: [
    { name: 'in_stock', point: 'basket', only: { inStock: true }, because: 'What is added to a basket must be there.' },
    { name: 'goes_with_in_stock', point: 'goes_with', only: { inStock: true }, because: 'What is added to a basket must be there.' },
  ],
  reasons: { pinned: 'The shop put it here.' },
});
