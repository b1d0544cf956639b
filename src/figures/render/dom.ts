/**
 * The few parts of the DOM that the renderer touches. The DOM's own types would come with a reference to the whole library
 * of browser types, which would then be visible in every notebook.
 */
export type DomNode = {
  nodeName: string;
  textContent: string | null;
  childNodes: ArrayLike<DomNode>;
  parentNode: DomNode | null;
};

/** An SVG element. */
export type DomElement = DomNode & {
  getAttribute(name: string): string | null;
};

/** Whether a node is an element (and not, say, a piece of text). */
export function isElement(node: DomNode): node is DomElement {
  return 'getAttribute' in node;
}

/** The children of a node that are elements. */
export function elementsOf(node: DomNode): DomElement[] {
  return Array.from(node.childNodes).filter(isElement);
}

/** A number in an attribute; 0 where it is missing. */
export function numberOf(element: DomElement, attribute: string): number {
  return Number.parseFloat(element.getAttribute(attribute) ?? '') || 0;
}

/** A property as given by an element's inline style or, failing that, by its attribute. */
export function styleOf(element: DomElement, property: string): string | undefined {
  const inline = new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([^;]+)`).exec(element.getAttribute('style') ?? '');
  return inline?.[1].trim() ?? element.getAttribute(property) ?? undefined;
}
