import type { Bilingual } from "../../base/message.ts";

/** What went wrong when a secure connection was opened, and what to do. */
export interface TlsFailure {
  readonly what: Bilingual;
  readonly step: Bilingual;
}

const TRUST: Bilingual = {
  en: "A proxy, virus scanner or campus network may stand in between. Change the network, or have NODE_EXTRA_CA_CERTS name the file of a certificate you trust",
  zh: "中间可能有代理、杀毒软件或校园网。请更换网络，或用 NODE_EXTRA_CA_CERTS 指定您信任的证书文件",
};

const CLOCK: Bilingual = {
  en: "Is the date of this computer right? If so, its owner must renew it",
  zh: "本机日期是否正确？如果正确，则需要服务方更新证书",
};

const TLS_CODES: Readonly<Record<string, TlsFailure>> = {
  CERT_HAS_EXPIRED: {
    what: { en: "the certificate has expired", zh: "证书已过期" },
    step: CLOCK,
  },
  CERT_NOT_YET_VALID: {
    what: { en: "the certificate is not valid yet", zh: "证书尚未生效" },
    step: CLOCK,
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: { en: "the certificate is self-signed", zh: "证书是自签名的" },
    step: TRUST,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    what: { en: "the certificate comes from an unknown authority", zh: "证书由未知机构签发" },
    step: TRUST,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    what: { en: "the certificate comes from an unknown authority", zh: "证书由未知机构签发" },
    step: TRUST,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    what: { en: "the certificate comes from an unknown authority", zh: "证书由未知机构签发" },
    step: TRUST,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: { en: "the certificate is for another host", zh: "证书属于其他主机" },
    step: {
      en: "Check the host in the base URL; a network's log-in page can be the cause, too: open a browser",
      zh: "请检查 base URL 中的主机名；也可能是网络的登录页面：请打开浏览器查看",
    },
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    what: { en: "the server does not speak TLS on this port", zh: "该端口不是 TLS" },
    step: {
      en: "Write http:// in the base URL if it is a server of your own, or correct the port",
      zh: "如果是自己的服务，请在 base URL 中使用 http://，或改正端口",
    },
  },
};

const OWN_CERTIFICATE: Bilingual = {
  en: "If it is a server of your own, have NODE_EXTRA_CA_CERTS name the file of its certificate",
  zh: "如果是自己的服务，请用 NODE_EXTRA_CA_CERTS 指定其证书文件",
};

/**
 * The words for a code of TLS; `null` for any other code. On loopback nothing stands in between: there a certificate that
 * nobody vouches for is the server's own.
 */
export function tlsFailure(
  code: string,
  { loopback = false }: { readonly loopback?: boolean } = {},
): TlsFailure | null {
  const known = TLS_CODES[code];
  if (known === undefined) return null;
  return loopback && known.step === TRUST ? { ...known, step: OWN_CERTIFICATE } : known;
}
