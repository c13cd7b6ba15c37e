"""The shape of what people type: who reports, who appeals, who decides."""
