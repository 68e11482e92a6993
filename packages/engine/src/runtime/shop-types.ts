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
const year = 395;
const interestIn = { personalise: 'consent', analytics: 'consent' } as const;
const listProperties = { list_id: { type: 'string' }, category: { type: 'string' }, query: { type: 'string' } } as const;

/** A type about one item that says nothing about interest for the model: a click, a removal. */
function aboutItem(name: string, aliases: readonly string[]): EventType {
  return {
    name,
    aliases,
    category: 'behavioural',
    purposes: interestIn,
    properties: productProperties,
    item: 'product_id',
    retentionDays: year,
  };
}

/**
 * Segment's calls that are no events of a shop. Of traits only what describes a customer is kept: names, mail addresses and phone numbers
 * are not declared, so they are dropped before anything is stored; who needs them registers a type of its own.
 */
const callTypes: readonly EventType[] = [
  {
    name: 'identify',
    category: 'preference',
    purposes: interestIn,
    properties: {
      plan: { type: 'string' },
      language: { type: 'string' },
      country: { type: 'string' },
      city: { type: 'string' },
      currency: { type: 'string' },
      industry: { type: 'string' },
      createdAt: { type: 'string' },
    },
    retentionDays: year,
  },
  {
    name: 'group',
    category: 'preference',
    purposes: interestIn,
    properties: {
      groupId: { type: 'string', required: true },
      plan: { type: 'string' },
      industry: { type: 'string' },
      employees: { type: 'integer', min: 0, max: 10_000_000 },
    },
    retentionDays: year,
  },
  {
    // Records that two ids were named together. Nothing is merged by it.
    name: 'alias',
    category: 'preference',
    purposes: interestIn,
    properties: { previousId: { type: 'string', required: true } },
    retentionDays: year,
  },
  {
    name: 'screen',
    aliases: ['screen_view'],
    category: 'behavioural',
    purposes: interestIn,
    properties: { name: { type: 'string' }, category: { type: 'string' } },
    retentionDays: year,
  },
];

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
    properties: {
      name: { type: 'string' },
      url: { type: 'string' },
      path: { type: 'string' },
      title: { type: 'string' },
      referrer: { type: 'string' },
    },
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
    purposes: { personalise: 'consent', train: 'consent' },
    properties: { decisionId: { type: 'string', required: true }, item: { type: 'string' } },
    retentionDays: 395,
  },
  {
    name: systemTypes.outcome,
    aliases: ['Decision Outcome'],
    category: 'behavioural',
    purposes: { personalise: 'consent', train: 'consent' },
    properties: { decisionId: { type: 'string', required: true }, item: { type: 'string' }, kind: { type: 'string', required: true } },
    retentionDays: 395,
  },
  {
    // What people say of themselves so that guardrails can spare them. It can only take away.
    name: 'person.declared',
    category: 'preference',
    purposes: { personalise: 'consent', wellbeing: 'consent' },
    properties: {
      zone: { type: 'string' },
      bornYear: { type: 'integer', min: 1900, max: 2100 },
      vulnerable: { type: 'strings' },
    },
    retentionDays: year,
  },
  aboutItem('item.clicked', ['Product Clicked', 'select_item']),
  aboutItem('item.removed', ['Product Removed', 'remove_from_cart']),
  aboutItem('item.wished', ['Product Added to Wishlist', 'add_to_wishlist']),
  {
    name: 'list.viewed',
    aliases: ['Product List Viewed', 'view_item_list', 'Products Searched', 'search', 'view_search_results'],
    category: 'behavioural',
    purposes: interestIn,
    properties: listProperties,
    retentionDays: year,
  },
  {
    name: 'checkout.started',
    aliases: ['Checkout Started', 'begin_checkout', 'Cart Viewed', 'view_cart'],
    category: 'transactional',
    purposes: interestIn,
    properties: {
      total: { type: 'number', min: 0, max: 100_000_000 },
      currency: { type: 'string' },
      products: { type: 'objects' },
    },
    retentionDays: year,
  },
  ...callTypes,
];
