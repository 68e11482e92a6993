// Google Analytics 4 names the parts of a shop's events differently: items[0].item_id where Segment has product_id, transaction_id and
// value where it has order_id and total. Sent under GA4's event names, they are read as ours; what stands there under our names stays.
// Source: GA4 recommended events for online sales.
import type { Properties } from '../model/event.js';
import { isObject } from './json-body.js';

const aboutOneItem: ReadonlySet<string> = new Set(['view_item', 'select_item', 'add_to_cart', 'remove_from_cart', 'add_to_wishlist']);
const aboutAnOrder: ReadonlySet<string> = new Set(['purchase', 'begin_checkout']);

export function fromGa4(event: string, given: Properties): Properties {
  if (aboutOneItem.has(event) && given['product_id'] === undefined) {
    const { items } = given;
    const list: readonly unknown[] = Array.isArray(items) ? items : [];
    const first = list[0];
    const item = isObject(first) ? first : given;
    if (item['item_id'] === undefined) return given;
    const { price = item['price'], quantity = item['quantity'] } = given;
    return { ...given, product_id: item['item_id'], price, quantity };
  }
  if (aboutAnOrder.has(event)) {
    const { order_id = given['transaction_id'], total = given['value'], products = given['items'] } = given;
    return { ...given, order_id, total, products };
  }
  return given;
}
