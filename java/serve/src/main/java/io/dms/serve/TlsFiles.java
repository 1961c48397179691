package io.dms.serve;

import io.dms.model.EnvironmentException;
import io.dms.model.InputFile;
import io.dms.model.UserException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Certificates and keys from PEM files. */
public final class TlsFiles {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final char[] NO_PASSWORD = {};

    private TlsFiles() {}

    /**
     * What proves who the server is.
     *
     * @throws UserException if a file is missing or holds something else, or the key is another certificate's
     */
    static KeyManager[] identity(Path certificate, Path key) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            PrivateKey own = key(key);
            Certificate[] chain = certificates(certificate);
            if (!belong(own, chain[0].getPublicKey())) {
                throw new UserException("the key " + key + " is not that of the certificate " + certificate
                        + ": give the key that the certificate was made for; the server's own certificate stands first"
                        + " in its file");
            }
            store.setKeyEntry("server", own, NO_PASSWORD, chain);
            KeyManagerFactory f = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            f.init(store, NO_PASSWORD);
            return f.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new UserException(
                    "certificate " + certificate + " and key " + key + " don't work together: " + e.getMessage(), e);
        }
    }

    /**
     * Whom a client trusts: the certificates of a PEM file and nobody else.
     *
     * @throws UserException if the file is missing or holds none
     */
    public static TrustManager[] trust(Path certificates) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int n = 0;
            for (Certificate c : certificates(certificates)) {
                store.setCertificateEntry("trusted-" + n++, c);
            }
            TrustManagerFactory f = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            f.init(store);
            return f.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new UserException("can't trust the certificates in " + certificates + ": " + e.getMessage(), e);
        }
    }

    /** A context of these parts. */
    public static SSLContext context(KeyManager[] identity, TrustManager[] trust) {
        try {
            SSLContext c = SSLContext.getInstance("TLS");
            c.init(identity.length == 0 ? null : identity, trust.length == 0 ? null : trust, null);
            return c;
        } catch (GeneralSecurityException e) {
            throw new EnvironmentException("this JDK can't do TLS: " + e.getMessage(), e);
        }
    }

    private static Certificate[] certificates(Path file) throws GeneralSecurityException {
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes(file)));
        if (all.isEmpty()) {
            throw new UserException(file + " holds no certificate: it must be a PEM file");
        }
        return all.toArray(Certificate[]::new);
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException {
        Matcher m = PKCS8.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        if (!m.find()) {
            throw new UserException(file + " holds no unencrypted PKCS #8 key (\"BEGIN PRIVATE KEY\"): convert it with"
                    + " \"openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW\"");
        }
        PKCS8EncodedKeySpec spec;
        try {
            spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(m.group(1)));
        } catch (IllegalArgumentException e) {
            throw new UserException(file + " holds a damaged key (" + e.getMessage() + "): copy it anew", e);
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // it is of another algorithm
            }
        }
        throw new UserException(file + " holds a key of an unknown kind: RSA, EC and Ed25519 keys can be used");
    }

    /** What the one signs the other verifies: a handshake would fail where it does not. */
    private static boolean belong(PrivateKey key, PublicKey open) throws GeneralSecurityException {
        String kind = key.getAlgorithm();
        if (!kind.equals(open.getAlgorithm())) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (kind) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> kind;
                });
        byte[] text = "to be signed".getBytes(StandardCharsets.US_ASCII);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            return false; // of another curve
        }
    }

    private static byte[] bytes(Path file) {
        return InputFile.bytes(file, "there is no file " + file + ": check the name");
    }
}
