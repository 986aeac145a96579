/**
 * The releases of the scanners that are installed, each by its number. Raise them from time to time: the check
 * `scanner.age` says when. Of trivy, which comes as an archive, the SHA-256 is that of its published checksums.
 */
export const scannerTools = {
  bandit: { version: '1.9.4' },
  'pip-audit': { version: '2.10.0' },
  trivy: {
    version: '0.72.0',
    url: 'https://github.com/aquasecurity/trivy/releases/download/v0.72.0/trivy_0.72.0_Linux-ARM64.tar.gz',
    sha256: '2ca2c023109c2db6b2b77366b6717291452d4531167377d95c79547f0c8e3467',
  },
} as const
