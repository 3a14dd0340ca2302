"""What ordinary Django serves; clickhook.asgi serves hooks and health."""

from django.contrib import admin
from django.urls import include, path

from clickhook.button import views as button
from clickhook.doctor.page import doctor_page

urlpatterns = [
    path("admin/doctor/", admin.site.admin_view(doctor_page), name="doctor"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("clickhook.api.urls")),
    path("button.js", button.button),
]
