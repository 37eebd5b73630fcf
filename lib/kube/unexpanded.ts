/** Texts for fields in which a kubelet expands `$(NAME)`: commands, arguments, probes and values of variables. */

/**
 * The text with its dollars escaped, so that it stays as it is: `$$` stands for one, also where no bracket follows.
 * Source: `Expand` of k8s.io/kubernetes/third_party/forked/golang/expansion.
 */
export function unexpanded(text: string): string {
  return text.replace(/\$(?=[$(])/g, "$$$$");
}
