// The event types that every tenant starts with: a shop's vocabulary (Segment's and GA4's names are aliases), exposure and outcome.
import type { EventType } from '../model/event-type.js';
import { systemTypes } from '../model/system-event.js';

const interest = { personalise: 'consent', train: 'consent', analytics: 'consent' } as const;
const declarable = { personalise: 'declared', train: 'declared' } as const;
const productProperties = {
  product_id: { type: 'string', required: true },
  price: { type: 'number', min: 0, max: 10_000_000 },
  quantity: { type: 'integer', min: 1, max: 10_000 },
  query: { type: 'string' },
  context: { type: 'object' },
} as const;

export const shopTypes: readonly EventType[] = [
  {
    name: 'item.viewed',
    aliases: ['Product Viewed', 'view_item'],
    category: 'behavioural',
    purposes: interest,
    properties: productProperties,
    item: 'product_id',
    counts: true,
    retentionDays: 395,
  },
  {
    name: 'item.added',
    aliases: ['Product Added', 'add_to_cart'],
    category: 'behavioural',
    purposes: interest,
    properties: productProperties,
    item: 'product_id',
    counts: true,
    retentionDays: 395,
  },
  {
    name: 'order.completed',
    aliases: ['Order Completed', 'purchase'],
    category: 'transactional',
    purposes: interest,
    properties: {
      order_id: { type: 'string' },
      total: { type: 'number', min: 0, max: 100_000_000 },
      currency: { type: 'string' },
      products: { type: 'objects' },
    },
    retentionDays: 395,
  },
  {
    name: 'page.viewed',
    aliases: ['page', 'page_view'],
    category: 'behavioural',
    purposes: { personalise: 'consent', analytics: 'consent' },
    properties: { url: { type: 'string' }, path: { type: 'string' }, title: { type: 'string' }, referrer: { type: 'string' } },
    retentionDays: 395,
  },
  {
    name: 'item.imported',
    category: 'behavioural',
    purposes: declarable,
    properties: productProperties,
    item: 'product_id',
    counts: true,
    retentionDays: 395,
  },
  {
    name: systemTypes.exposure,
    aliases: ['Decision Shown'],
    category: 'behavioural',
    purposes: { personalise: 'consent' },
    properties: { decisionId: { type: 'string', required: true }, item: { type: 'string' } },
    retentionDays: 395,
  },
  {
    name: systemTypes.outcome,
    aliases: ['Decision Outcome'],
    category: 'behavioural',
    purposes: { personalise: 'consent' },
    properties: { decisionId: { type: 'string', required: true }, item: { type: 'string' }, kind: { type: 'string', required: true } },
    retentionDays: 395,
  },
];
