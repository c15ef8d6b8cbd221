"""What controls of frameworks ask for, by what a check is about: identifiers and strengths.

No single check of a cloud's settings fulfils one of these controls by itself: it is a part of it,
or supports it. Only where an item of a benchmark asks for just what a check finds out, of all
there is, does the check say "full".
"""

from typing import Final

Controls = tuple[str, ...]

PERIMETER: Final[Controls] = (
    "nist-800-53r5 SC-7 partial",
    "nist-800-53r5 AC-4 partial",
    "nist-csf-2.0 PR.IR-01 partial",
    "soc2 CC6.6 partial",
    "iso-27001-2022 A.8.20 partial",
    "iso-27001-2022 A.8.22 supporting",
    "pci-dss-4 1.3.1 partial",
    "ccm-4 IVS-03 partial",
)
"""What comes from outside is let in only where it has to be."""
NOT_PUBLIC: Final[Controls] = (
    "nist-800-53r5 AC-3 partial",
    "nist-800-53r5 AC-21 supporting",
    "nist-csf-2.0 PR.AA-05 partial",
    "soc2 CC6.1 partial",
    "iso-27001-2022 A.8.3 partial",
    "iso-27001-2022 A.8.12 partial",
    "pci-dss-4 7.2.1 supporting",
    "ccm-4 DSP-17 partial",
    "soc2 C1.1 supporting",
)
"""What is ours is given to nobody else."""
LEAST_PRIVILEGE: Final[Controls] = (
    "nist-800-53r5 AC-6 partial",
    "nist-csf-2.0 PR.AA-05 partial",
    "soc2 CC6.3 partial",
    "iso-27001-2022 A.5.15 partial",
    "pci-dss-4 7.2.2 supporting",
    "ccm-4 IAM-05 partial",
)
"""Nobody and nothing may do more than it has to."""
SIGN_IN: Final[Controls] = (
    "nist-800-53r5 IA-2 partial",
    "nist-800-53r5 AC-3 partial",
    "nist-csf-2.0 PR.AA-03 partial",
    "soc2 CC6.1 partial",
    "iso-27001-2022 A.8.5 partial",
    "pci-dss-4 8.3.1 supporting",
    "ccm-4 IAM-14 partial",
)
"""Who asks has to say, and to prove, who it is."""
SECRETS: Final[Controls] = (
    "nist-800-53r5 IA-5(7) partial",
    "nist-csf-2.0 PR.AA-01 supporting",
    "soc2 CC6.1 supporting",
    "iso-27001-2022 A.5.17 partial",
    "pci-dss-4 8.6.2 partial",
    "ccm-4 IAM-15 partial",
)
"""Secrets lie where only those can read them who need them."""
AT_REST: Final[Controls] = (
    "nist-800-53r5 SC-28 partial",
    "nist-800-53r5 SC-28(1) partial",
    "nist-csf-2.0 PR.DS-01 partial",
    "soc2 CC6.1 partial",
    "iso-27001-2022 A.8.24 partial",
    "pci-dss-4 3.5.1 supporting",
    "ccm-4 CEK-03 partial",
    "soc2 C1.1 supporting",
)
"""What is stored is encrypted."""
IN_TRANSIT: Final[Controls] = (
    "nist-800-53r5 SC-8 partial",
    "nist-800-53r5 SC-8(1) partial",
    "nist-csf-2.0 PR.DS-02 partial",
    "soc2 CC6.7 partial",
    "iso-27001-2022 A.8.24 partial",
    "pci-dss-4 4.2.1 partial",
    "ccm-4 CEK-03 partial",
    "iso-27001-2022 A.5.14 supporting",
    "iso-27001-2022 A.8.21 supporting",
    "ccm-4 DSP-10 supporting",
)
"""What is sent is encrypted."""
LOGGED: Final[Controls] = (
    "nist-800-53r5 AU-2 supporting",
    "nist-800-53r5 AU-12 partial",
    "nist-csf-2.0 PR.PS-04 partial",
    "soc2 CC7.2 partial",
    "iso-27001-2022 A.8.15 partial",
    "pci-dss-4 10.2.1 partial",
    "ccm-4 LOG-08 partial",
)
"""What happens is written down."""
WATCHED: Final[Controls] = (
    "nist-800-53r5 SI-4 partial",
    "nist-csf-2.0 DE.CM-09 partial",
    "soc2 CC7.2 supporting",
    "iso-27001-2022 A.8.16 partial",
    "ccm-4 LOG-03 supporting",
)
"""Somebody sees how it fares."""
BACKED_UP: Final[Controls] = (
    "nist-800-53r5 CP-9 partial",
    "nist-800-53r5 CP-10 supporting",
    "nist-csf-2.0 PR.DS-11 partial",
    "soc2 A1.2 partial",
    "iso-27001-2022 A.8.13 partial",
    "ccm-4 BCR-08 partial",
    "soc2 CC7.5 supporting",
)
"""What is lost can be had again."""
RESILIENT: Final[Controls] = (
    "nist-800-53r5 CP-10 partial",
    "nist-800-53r5 SC-5 supporting",
    "nist-csf-2.0 PR.IR-03 partial",
    "soc2 A1.2 partial",
    "iso-27001-2022 A.8.14 partial",
    "ccm-4 BCR-11 supporting",
)
"""The loss of a part does not take the whole with it."""
KEPT: Final[Controls] = (
    "nist-800-53r5 CM-5 supporting",
    "nist-csf-2.0 PR.IR-03 supporting",
    "soc2 A1.2 supporting",
    "iso-27001-2022 A.8.14 supporting",
    "ccm-4 CCC-04 supporting",
)
"""Nobody deletes it by mistake."""
UPDATED: Final[Controls] = (
    "nist-800-53r5 SI-2 partial",
    "nist-csf-2.0 PR.PS-02 partial",
    "soc2 CC7.1 supporting",
    "iso-27001-2022 A.8.8 partial",
    "pci-dss-4 6.3.3 partial",
    "ccm-4 TVM-03 partial",
)
"""Known weaknesses are mended by their makers' updates."""
HARDENED: Final[Controls] = (
    "nist-800-53r5 CM-6 partial",
    "nist-800-53r5 CM-7 partial",
    "nist-csf-2.0 PR.PS-01 partial",
    "soc2 CC7.1 supporting",
    "iso-27001-2022 A.8.9 partial",
    "pci-dss-4 2.2.6 partial",
    "ccm-4 IVS-04 partial",
)
"""Nothing is on that is not needed, and what is on is set safely."""
TIDY: Final[Controls] = (
    "nist-800-53r5 CM-8 supporting",
    "nist-csf-2.0 ID.AM-08 supporting",
    "iso-27001-2022 A.5.9 supporting",
    "pci-dss-4 1.2.7 supporting",
    "ccm-4 DCS-06 supporting",
)
"""What nobody uses is taken away."""
PRIVILEGED: Final[Controls] = (
    "iso-27001-2022 A.8.2 partial",
    "ccm-4 IAM-09 supporting",
    "ccm-4 IAM-10 supporting",
)
"""Who may do everything is held to few, and to seldom."""
IDENTITIES: Final[Controls] = (
    "iso-27001-2022 A.5.16 partial",
    "ccm-4 IAM-03 supporting",
)
"""Whoever may sign in is known, from their first day to their last."""
REVIEWED: Final[Controls] = (
    "iso-27001-2022 A.5.18 supporting",
    "ccm-4 IAM-08 supporting",
)
"""What whoever reviews permissions has to know: which of them nobody uses."""
CHANGES: Final[Controls] = (
    "soc2 CC8.1 supporting",
    "iso-27001-2022 A.8.32 supporting",
)
"""Changes are seen, or kept from being made past those who decide on them."""
TOLD: Final[Controls] = (
    "nist-csf-2.0 DE.AE-06 partial",
    "ccm-4 LOG-05 partial",
)
"""Somebody is told of what looks like an attack."""
INTRUSIONS: Final[Controls] = ("pci-dss-4 11.5.1 supporting",)
"""One of the places where intruders are looked for."""
ASSESSED: Final[Controls] = (
    "nist-csf-2.0 ID.RA-01 supporting",
    "soc2 CC4.1 supporting",
    "iso-27001-2022 A.5.23 supporting",
    "ccm-4 TVM-07 supporting",
)
"""Something judges the settings of the cloud all the time."""
FROM_UNTRUSTED: Final[Controls] = ("pci-dss-4 1.4.2 partial",)
"""What comes from networks that nobody trusts is let in to what is meant to be reached alone."""
NOT_REACHED: Final[Controls] = ("pci-dss-4 1.4.4 partial",)
"""Networks that nobody trusts do not reach what data is stored in."""
